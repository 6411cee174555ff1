global using ClerkSync.EndToEnd.Tests.Support;
global using ClerkSync.Frameworks.Tests.Support;
