"""What a judge is shown, and what is made of its findings, pure: labels, analysis, confidence, the best answer."""
