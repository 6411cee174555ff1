// Most of these tests wait for other processes, so more of them than there are cores go at once.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]
