"""Running code that a model wrote, where it can do no harm: a process of its own, walled in before the code begins.

On Linux the process takes every right from itself that it does not need, by means that need no rights:

- files: of the system it reads Python's own library and nothing else; it writes in one empty folder (`landlock`, or
  where the kernel has no Landlock, a file system of its own: `namespaces`)
- system calls: none but those of a list (`seccomp`): no network, no other program, no other process, no signal
- time, memory, sizes: limits of the kernel, and a parent that ends it (`running`), which counts what lies in its folder
  and what it has written (`room`) and removes the folder, whatever is in it (`removal`)

On other systems, and where a wall cannot be put up, nothing is run; `is_unsafe` runs it all the same, with limits only.

What tests are told of success is a word that only the harness knows: it is drawn for each run, is in no argument,
variable or file, and is said after the last test. An early exit, a printed word or a hook at the exit says nothing.

Not covered: code that means to cheat, and knows this harness, finds the word in the frames and the memory of its own
process; and it may return objects that claim to be equal to everything. Nor does a wall hide whether a file exists,
how large it is, and what the time is.
"""
