using System.Globalization;
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
    StepBenchmarks.RunOnce();
    await ReceiveBenchmarks.RunOnceAsync();
    await ClaimBenchmarks.RunOnceAsync();
    await HandlerMeasurement.RunAsync(users: 200);
    await BackfillMeasurement.RunAsync(users: 1000, requestsPerTenSeconds: 1000);
    Console.WriteLine("Each benchmark ran once.");
    return;
}

// 1,000,000 users take minutes: measured once, with the number of users and the rate limit of the instance
if (args is ["backfill", ..])
{
    await BackfillMeasurement.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1000);
    return;
}

if (args is ["handlers", ..])
{
    await HandlerMeasurement.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20_000);
    return;
}

if (args is ["emulator", var users])
{
    await BackfillMeasurement.EmulateAsync(int.Parse(users, CultureInfo.InvariantCulture));
    return;
}

// in this process: the project that BenchmarkDotNet would generate is not made for the strict build of this repository
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(VerifyBenchmarks).Assembly).Run(args, config);
