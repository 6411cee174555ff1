using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ClerkSync.Benchmarks;

// every benchmark once, without measuring: shows in seconds that all of them still work
if (args is ["--once"])
{
    VerifyBenchmarks.RunOnce();
    ReadBenchmarks.RunOnce();
    await ReceiveBenchmarks.RunOnceAsync();
    await ClaimBenchmarks.RunOnceAsync();
    Console.WriteLine("Each benchmark ran once.");
    return;
}

// in this process: the project that BenchmarkDotNet would generate is not made for the strict build of this repository
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(VerifyBenchmarks).Assembly).Run(args, config);
