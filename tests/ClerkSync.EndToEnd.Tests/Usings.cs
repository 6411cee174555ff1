global using ClerkSync.EndToEnd.Tests.Support;
