#:property PublishAot=false
// Writes the software bill of materials of a release, CycloneDX 1.5 JSON (https://cyclonedx.org/docs/1.5/json/):
//
//     dotnet run sbom.cs -- netmon.deps.json VERSION OUTPUT
//
// What is in the program comes from netmon.deps.json, which the SDK wrote when it published it; licences from NuGet's package folder; what is
// beside it in the image, and libbpf, from dpkg, by the folders of out/image/usr/share/doc.
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml.Linq;

var (depsFile, version, output) = (args[0], args[1], args[2]);
var epoch = long.Parse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") ?? "0");
var packages =
    Environment.GetEnvironmentVariable("NUGET_PACKAGES")
    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
using var deps = JsonDocument.Parse(File.ReadAllBytes(depsFile));
var target = deps.RootElement.GetProperty("targets").EnumerateObject().MaxBy(one => one.Name.Length).Value;
var libraries = deps
    .RootElement.GetProperty("libraries")
    .EnumerateObject()
    .OrderBy(one => one.Name, StringComparer.Ordinal)
    .ToList();

using var stream = File.Create(output);
using var json = new Utf8JsonWriter(
    stream,
    new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
);
json.WriteStartObject();
json.WriteString("bomFormat", "CycloneDX");
json.WriteString("specVersion", "1.5");
json.WriteString("serialNumber", $"urn:uuid:{SerialNumber()}");
json.WriteNumber("version", 1);
json.WriteStartObject("metadata");
json.WriteString("timestamp", DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
json.WriteStartObject("component");
WriteHead("application", "netmon", version, $"pkg:generic/netmon@{version}");
WriteLicence("Apache-2.0");
json.WriteEndObject();
json.WriteEndObject();

json.WriteStartArray("components");
foreach (var library in libraries)
{
    WriteLibrary(library.Name, library.Value);
}

var installed = DebianPackages();
foreach (var (name, found) in installed)
{
    json.WriteStartObject();
    WriteHead("library", name, found, DebianReference(name, found));
    json.WriteString("scope", name == "libbpf1" ? "required" : "optional");
    json.WriteString(
        "description",
        "shared libraries that the image has; the Debian package depends on them"
    );
    json.WriteEndObject();
}

json.WriteEndArray();

json.WriteStartArray("dependencies");
WriteDependencies(
    $"pkg:generic/netmon@{version}",
    [
        .. libraries.Where(one => !IsOurs(one.Value)).Select(one => Reference(one.Name)),
        .. installed.Select(one => DebianReference(one.Name, one.Version)),
    ]
);
foreach (var library in libraries.Where(one => !IsOurs(one.Value)))
{
    var needed =
        target.TryGetProperty(library.Name, out var entry)
        && entry.TryGetProperty("dependencies", out var list)
            ? list.EnumerateObject().Select(one => Reference($"{one.Name}/{one.Value.GetString()}"))
            : [];
    WriteDependencies(Reference(library.Name), [.. needed]);
}

json.WriteEndArray();
json.WriteEndObject();
return 0;

// Ours are the application itself.
static bool IsOurs(JsonElement library) => library.GetProperty("type").GetString() == "project";

void WriteLibrary(string full, JsonElement library)
{
    if (IsOurs(library))
    {
        return;
    }

    var (name, number) = Split(full);
    json.WriteStartObject();
    WriteHead("library", name, number, Reference(full));
    json.WriteString("scope", "required");
    if (Hash(name, number, library) is { } hash)
    {
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("alg", "SHA-512");
        json.WriteString("content", Convert.ToHexStringLower(Convert.FromBase64String(hash)));
        json.WriteEndObject();
        json.WriteEndArray();
    }

    if (Nuspec(name, number) is { } nuspec)
    {
        var space = nuspec.Root!.Name.Namespace;
        var licence = nuspec.Root.Element(space + "metadata")!.Element(space + "license");
        if (licence?.Attribute("type")?.Value == "expression")
        {
            WriteLicence(licence.Value);
        }
    }

    json.WriteEndObject();
}

void WriteHead(string type, string name, string number, string reference)
{
    json.WriteString("type", type);
    json.WriteString("bom-ref", reference);
    json.WriteString("name", name);
    json.WriteString("version", number);
    json.WriteString("purl", reference);
}

void WriteLicence(string expression)
{
    json.WriteStartArray("licenses");
    json.WriteStartObject();
    json.WriteString("expression", expression);
    json.WriteEndObject();
    json.WriteEndArray();
}

void WriteDependencies(string reference, IReadOnlyList<string> needed)
{
    json.WriteStartObject();
    json.WriteString("ref", reference);
    json.WriteStartArray("dependsOn");
    foreach (var one in needed.Order(StringComparer.Ordinal))
    {
        json.WriteStringValue(one);
    }

    json.WriteEndArray();
    json.WriteEndObject();
}

// "runtimepack.NAME/VERSION" is the NuGet package NAME.
static (string Name, string Version) Split(string full)
{
    var parts = full.Split('/');
    const string Pack = "runtimepack.";
    return (
        parts[0].StartsWith(Pack, StringComparison.Ordinal) ? parts[0][Pack.Length..] : parts[0],
        parts[1]
    );
}

static string Reference(string full)
{
    var (name, number) = Split(full);
    return $"pkg:nuget/{name}@{number}";
}

static string DebianReference(string name, string number) =>
    $"pkg:deb/debian/{name}@{Uri.EscapeDataString(number)}?arch=amd64&distro=debian-12";

string? Hash(string name, string number, JsonElement library)
{
    var told = library.GetProperty("sha512").GetString()!;
    if (told.StartsWith("sha512-", StringComparison.Ordinal))
    {
        return told["sha512-".Length..];
    }

    var (id, folder) = (name.ToLowerInvariant(), Folder(name, number));
    var file = Path.Combine(folder, $"{id}.{number}.nupkg.sha512");
    return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}

XDocument? Nuspec(string name, string number)
{
    var file = Path.Combine(Folder(name, number), name.ToLowerInvariant() + ".nuspec");
    return File.Exists(file) ? XDocument.Load(file) : null;
}

string Folder(string name, string number) => Path.Combine(packages, name.ToLowerInvariant(), number);

// The Debian packages that the image has files of.
static IReadOnlyList<(string Name, string Version)> DebianPackages() =>
    [
        .. Directory
            .GetDirectories("out/image/usr/share/doc")
            .Select(folder => Path.GetFileName(folder))
            .Where(name => name != "netmon")
            .Order(StringComparer.Ordinal)
            .Select(name => (name, Installed(name))),
    ];

static string Installed(string name)
{
    using var query = Process.Start(
        new ProcessStartInfo("dpkg-query", ["-W", "-f", "${Version}", $"{name}:amd64"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        }
    )!;
    var found = query.StandardOutput.ReadToEnd();
    query.WaitForExit();
    return query.ExitCode == 0
        ? found
        : throw new InvalidOperationException($"dpkg-query does not know {name}");
}

// The same for the same version and commit.
Guid SerialNumber()
{
    var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"netmon {version} {epoch}"));
    // RFC 9562: version 8, whatever its maker likes.
    hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
    hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
    return new Guid(hash.AsSpan(0, 16), bigEndian: true);
}
