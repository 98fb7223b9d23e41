using System.Security.Cryptography;
using System.Text;

namespace NetMon.Agent.Api.Access;

/// <summary>Bearer tokens and whose they are. Only their hashes are kept.</summary>
/// <remarks>
/// A line of the file: <c>NAME read|admin TOKEN</c>, or <c>sha256:HEX</c> in place of the token. Every hash is compared, each in the same
/// time whatever it is, so that an answer's time tells nothing about tokens.
/// </remarks>
internal sealed class TokenTable
{
    private const int ShortestToken = 16;
    private const string HashPrefix = "sha256:";

    private readonly List<(byte[] Hash, Caller Caller)> _tokens = [];

    public int Count => _tokens.Count;

    /// <exception cref="FormatException">A line is wrong; the message names it, not what is in it.</exception>
    public static TokenTable Parse(string text)
    {
        var table = new TokenTable();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var fields = line.Split(
                (char[]?)null,
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            );
            if (fields.Length == 0 || fields[0].StartsWith('#'))
            {
                continue;
            }

            if (fields is not [var name, "read" or "admin", var token])
            {
                throw new FormatException($"line {number} is not: NAME read|admin TOKEN");
            }

            if (!names.Add(name))
            {
                throw new FormatException($"line {number}: the name is there twice");
            }

            var role = fields[1] == "admin" ? RouteAccess.Admin : RouteAccess.Read;
            table._tokens.Add((HashOf(token, number), new Caller(name, role)));
        }

        return table;
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <returns>Null if nobody has the token.</returns>
    public Caller? Find(ReadOnlySpan<byte> hash)
    {
        Caller? found = null;
        foreach (var (known, caller) in _tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
            {
                found = caller;
            }
        }

        return found;
    }

    private static byte[] HashOf(string token, int line)
    {
        if (!token.StartsWith(HashPrefix, StringComparison.Ordinal))
        {
            return token.Length >= ShortestToken
                ? HashOf(token)
                : throw new FormatException(
                    $"line {line}: a token has at least {ShortestToken} letters; openssl rand -hex 32 makes one"
                );
        }

        var hex = token[HashPrefix.Length..];
        return hex.Length == 2 * SHA256.HashSizeInBytes && hex.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(hex)
            : throw new FormatException($"line {line}: after sha256: come 64 hexadecimal digits");
    }
}

/// <summary>Who asks, and what they may do.</summary>
/// <param name="Role">Null: this is decided for each address.</param>
internal sealed record Caller(string Name, RouteAccess? Role);
