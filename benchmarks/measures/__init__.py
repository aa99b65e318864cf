"""What is measured: each module gives the rows of one measure, `measure(setting)`."""
