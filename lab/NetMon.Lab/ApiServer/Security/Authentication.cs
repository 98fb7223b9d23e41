using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace NetMon.Lab.ApiServer.Security;

/// <summary>Tells who asks: by bearer token, else by client certificate, else nobody.</summary>
internal sealed class Authentication(TestAuthority authority, string? token)
{
    public const string Anonymous = "system:anonymous";
    public const string TokenUser = "netmon-lab";
    private const string Scheme = "Bearer ";

    private volatile string _token = token ?? NewToken();

    public string Token => _token;

    /// <summary>Takes another token from now on, and refuses the one of before.</summary>
    public string Rotate() => _token = NewToken();

    /// <returns>The user; null if what proves it is not valid.</returns>
    public string? UserOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return header.StartsWith(Scheme, StringComparison.Ordinal) && header[Scheme.Length..] == _token
                ? TokenUser
                : null;
        }

        return context.Connection.ClientCertificate is { } certificate
            ? authority.Verify(certificate)
            : Anonymous;
    }

    private static string NewToken() => $"lab.{RandomNumberGenerator.GetHexString(40, lowercase: true)}";
}
