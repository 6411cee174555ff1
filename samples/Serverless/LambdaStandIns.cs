// Stand-ins for the types of the package Amazon.Lambda.APIGatewayEvents, with the members that the samples use. An application takes the package.
namespace Amazon.Lambda.APIGatewayEvents;

public sealed class APIGatewayHttpApiV2ProxyRequest
{
    /// <summary>Names in lower case; several values of one name joined with commas.</summary>
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    public string? Body { get; init; }

    public bool IsBase64Encoded { get; init; }
}

public sealed class APIGatewayHttpApiV2ProxyResponse
{
    public int StatusCode { get; init; }

    public string? Body { get; init; }
}

public sealed class APIGatewayProxyRequest
{
    /// <summary>Null where the sender gave none.</summary>
    public IDictionary<string, IList<string>>? MultiValueHeaders { get; init; } = new Dictionary<string, IList<string>>(StringComparer.OrdinalIgnoreCase);

    public string? Body { get; init; }

    public bool IsBase64Encoded { get; init; }
}

public sealed class APIGatewayProxyResponse
{
    public int StatusCode { get; init; }

    public string? Body { get; init; }
}
