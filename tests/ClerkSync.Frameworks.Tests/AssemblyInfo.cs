// One application at a time: each is a whole server of its own.
[assembly: Xunit.v3.Parallelization(MaxThreads = 1)]
