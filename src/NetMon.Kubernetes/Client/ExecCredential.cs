using System.Net.Security;
using System.Text;
using System.Text.Json;
using NetMon.Kubernetes.Reading;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NetMon.Kubernetes.Client;

/// <summary>What an exec plugin is asked, and what it answered.</summary>
/// <param name="Authorization">Value of the header; null if there is no token.</param>
/// <param name="Expires">Null: not before it is refused.</param>
internal sealed record ExecCredential(
    string? Authorization,
    SslStreamCertificateContext? Certificate,
    DateTimeOffset? Expires
)
{
    public const string V1 = "client.authentication.k8s.io/v1";
    public const string V1Beta1 = "client.authentication.k8s.io/v1beta1";

    private const int LongestText = 1024 * 1024;

    /// <summary>The environment's <c>KUBERNETES_EXEC_INFO</c>.</summary>
    /// <param name="cluster">The cluster to tell the plugin of; null if it does not ask for it.</param>
    public static string Question(string version, YamlMap? cluster)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", version);
            json.WriteString("kind", "ExecCredential");
            json.WriteStartObject("spec");
            json.WriteBoolean("interactive", value: false);
            if (cluster is not null)
            {
                WriteCluster(json, cluster);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <exception cref="InvalidDataException">It is no credential of this version.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate is none.</exception>
    public static ExecCredential Read(ReadOnlySpan<byte> output, string version)
    {
        string? kind = null;
        string? given = null;
        var status = default(Status);
        try
        {
            var fields = new FieldReader(output);
            if (fields.BeginObject())
            {
                while (fields.NextMember())
                {
                    if (fields.Is("kind"u8))
                    {
                        kind = fields.Text(LongestText);
                    }
                    else if (fields.Is("apiVersion"u8))
                    {
                        given = fields.Text(LongestText);
                    }
                    else if (fields.Is("status"u8))
                    {
                        status.Read(ref fields);
                    }
                    else
                    {
                        fields.Skip();
                    }
                }
            }

            if (fields.Error is { } error)
            {
                throw new InvalidDataException($"its output is no ExecCredential: {error}");
            }
        }
        catch (Exception e) when (FieldReader.IsUnreadable(e))
        {
            throw new InvalidDataException($"its output is no ExecCredential: {e.Message}", e);
        }

        if (kind != "ExecCredential" || given != version)
        {
            throw new InvalidDataException(
                $"its output is {given ?? "nothing"} {kind}, where {version} ExecCredential was expected"
            );
        }

        return status.ToCredential();
    }

    private static void WriteCluster(Utf8JsonWriter json, YamlMap cluster)
    {
        json.WriteStartObject("cluster");
        foreach (var key in (string[])["server", "tls-server-name", "proxy-url"])
        {
            if (cluster.Text(key) is { } value)
            {
                json.WriteString(key, value);
            }
        }

        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            json.WriteBoolean("insecure-skip-tls-verify", value: true);
        }

        if (cluster.Pem("certificate-authority") is { } authority)
        {
            json.WriteBase64String("certificate-authority-data", Encoding.UTF8.GetBytes(authority.Read()));
        }

        foreach (var extension in cluster.Maps("extensions"))
        {
            if (
                extension.Text("name") == "client.authentication.k8s.io/exec"
                && extension.Node("extension") is { } config
            )
            {
                json.WritePropertyName("config");
                Write(json, config, 0);
            }
        }

        json.WriteEndObject();
    }

    // What the plugin's own configuration is in the file, whatever it is.
    private static void Write(Utf8JsonWriter json, YamlNode node, int depth)
    {
        const int Deepest = 32;
        switch (node)
        {
            case YamlMappingNode mapping when depth < Deepest:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    json.WritePropertyName((key as YamlScalarNode)?.Value ?? "");
                    Write(json, value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case YamlSequenceNode sequence when depth < Deepest:
                json.WriteStartArray();
                foreach (var item in sequence.Children)
                {
                    Write(json, item, depth + 1);
                }

                json.WriteEndArray();
                break;
            case YamlScalarNode scalar:
                Write(json, scalar);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            json.WriteStringValue(text);
        }
        else if (text is "" or "~" or "null")
        {
            json.WriteNullValue();
        }
        else if (text is "true" or "false")
        {
            json.WriteBooleanValue(text == "true");
        }
        else if (long.TryParse(text, out var whole))
        {
            json.WriteNumberValue(whole);
        }
        else if (double.TryParse(text, out var number) && double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private struct Status
    {
        private string? _token;
        private string? _certificate;
        private string? _key;
        private DateTimeOffset? _expires;

        public void Read(ref FieldReader fields)
        {
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("token"u8))
                {
                    _token = fields.Text(LongestText);
                }
                else if (fields.Is("clientCertificateData"u8))
                {
                    _certificate = fields.Text(LongestText);
                }
                else if (fields.Is("clientKeyData"u8))
                {
                    _key = fields.Text(LongestText);
                }
                else if (fields.Is("expirationTimestamp"u8))
                {
                    _expires = fields.Time();
                }
                else
                {
                    fields.Skip();
                }
            }
        }

        public readonly ExecCredential ToCredential()
        {
            var hasCertificate = !string.IsNullOrEmpty(_certificate);
            if (hasCertificate == string.IsNullOrEmpty(_key))
            {
                throw new InvalidDataException(
                    "its output has one of clientCertificateData and clientKeyData without the other"
                );
            }

            if (string.IsNullOrEmpty(_token) && !hasCertificate)
            {
                throw new InvalidDataException("its output has neither a token nor a client certificate");
            }

            return new ExecCredential(
                string.IsNullOrEmpty(_token) ? null : "Bearer " + _token,
                hasCertificate ? ClientCertificate.Load(_certificate!, _key!) : null,
                _expires
            );
        }
    }
}
