using System.Text.Json.Nodes;

namespace ClerkSync.Emulator;

/// <summary>What Clerk would refuse. Over HTTP it is an answer with Clerk's error body.</summary>
public sealed class ClerkEmulatorException : Exception
{
    internal ClerkEmulatorException(int status, string code, string message, string? longMessage = null, JsonObject? meta = null)
        : base(longMessage ?? message)
    {
        Status = status;
        Code = code;
        ShortMessage = message;
        Meta = meta;
    }

    /// <summary>The HTTP status of the answer, for example 404.</summary>
    public int Status { get; }

    /// <summary>Clerk's code of the error, for example <c>resource_not_found</c>.</summary>
    public string Code { get; }

    internal string ShortMessage { get; }

    internal JsonObject? Meta { get; }

    internal static ClerkEmulatorException NotFound(string what, string id) =>
        new(404, "resource_not_found", "not found", $"No {what.Replace('_', ' ')} was found with id {id}");

    internal static ClerkEmulatorException BadParameter(string name, string longMessage, string code = "form_param_value_invalid") =>
        new(422, code, "is invalid", longMessage, new() { ["param_name"] = name });

    internal static ClerkEmulatorException MissingParameter(string name) =>
        new(422, "form_param_missing", "is missing", $"{name} must be included.", new() { ["param_name"] = name });

    internal static ClerkEmulatorException Taken(string name) =>
        new(422, "form_identifier_exists", "is taken", $"That {name.Replace('_', ' ')} is taken. Please try another.", new() { ["param_name"] = name });
}
