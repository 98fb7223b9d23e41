namespace NetMon.Core.Endpoints;

/// <summary>What is taken to be spoken between a flow's ends: told by a service or by a port, never read from what was sent.</summary>
/// <param name="Word">Lower case, such as <c>http</c>.</param>
/// <param name="Basis">What tells.</param>
public sealed record AppProtocol(string Word, AppProtocolBasis Basis)
{
    /// <summary>The words of <see cref="AppProtocolBasis"/>, in its order.</summary>
    public static IReadOnlyList<string> Bases { get; } = ["service", "port"];

    public string BasisWord => Bases[(int)Basis];
}

public enum AppProtocolBasis : byte
{
    /// <summary>The service that was asked for says so: by its port's appProtocol, else by the port's name.</summary>
    Service,

    /// <summary>The port that was asked for is commonly one of this protocol.</summary>
    Port,
}
