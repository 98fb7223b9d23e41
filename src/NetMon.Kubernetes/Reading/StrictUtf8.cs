using System.Text;

namespace NetMon.Kubernetes.Reading;

/// <summary>UTF-8 as the API server writes it: what is not UTF-8 is an error, and not another name that looks the same.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.GetString(utf8);
}
