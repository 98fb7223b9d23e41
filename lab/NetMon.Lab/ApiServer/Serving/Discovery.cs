using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Resources;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>The documents by which kubectl learns what the server keeps.</summary>
internal sealed class Discovery(ApiVersion version)
{
    private static readonly string[] Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];

    private readonly Dictionary<string, byte[]> _documents = Documents(version)
        .ToDictionary(
            document => document.Path,
            document => Encoding.UTF8.GetBytes(document.Json.ToJsonString()),
            StringComparer.Ordinal
        );

    /// <returns>Whether the path was one of discovery.</returns>
    public async Task<bool> TryServeAsync(HttpContext context)
    {
        var path = (context.Request.Path.Value ?? "").TrimEnd('/');
        if (path is "/healthz" or "/livez" or "/readyz")
        {
            await context.Response.WriteAsync("ok");
            return true;
        }

        if (!_documents.TryGetValue(path, out var document))
        {
            return false;
        }

        await Responses.WriteAsync(
            context,
            200,
            output => System.Buffers.BuffersExtensions.Write(output, document)
        );
        return true;
    }

    private static IEnumerable<(string Path, JsonNode Json)> Documents(ApiVersion version)
    {
        var groups = ResourceTable.All.GroupBy(type => (type.Group, type.Version)).ToList();
        yield return ("/version", VersionInfo(version));
        yield return (
            "/api",
            new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") }
        );
        yield return (
            "/apis",
            new JsonObject
            {
                ["kind"] = "APIGroupList",
                ["apiVersion"] = "v1",
                ["groups"] = new JsonArray([
                    .. groups
                        .Where(group => group.Key.Group.Length > 0)
                        .Select(group => Group(group.First())),
                ]),
            }
        );
        var openApi = new JsonObject();
        foreach (var group in groups)
        {
            var root = group.First().Root;
            yield return (root, Resources(group));
            yield return ($"/openapi/v3{root}", OpenApi(group));
            openApi[root[1..]] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3{root}" };
            if (group.Key.Group.Length > 0)
            {
                var alone = Group(group.First());
                alone["kind"] = "APIGroup";
                alone["apiVersion"] = "v1";
                yield return ($"/apis/{group.Key.Group}", alone);
            }
        }

        yield return ("/openapi/v3", new JsonObject { ["paths"] = openApi });
    }

    private static JsonObject VersionInfo(ApiVersion version) =>
        new()
        {
            ["major"] = version.Major.ToString(),
            ["minor"] = version.Minor.ToString(),
            ["gitVersion"] = $"v{version}.{version.Patch}",
            ["gitTreeState"] = "clean",
            ["platform"] = "linux/amd64",
        };

    private static JsonObject Group(ResourceType type)
    {
        JsonObject Version() => new() { ["groupVersion"] = type.ApiVersion, ["version"] = type.Version };
        return new JsonObject
        {
            ["name"] = type.Group,
            ["versions"] = new JsonArray(Version()),
            ["preferredVersion"] = Version(),
        };
    }

    private static JsonObject Resources(IEnumerable<ResourceType> types) =>
        new()
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = types.First().ApiVersion,
            ["resources"] = new JsonArray([
                .. types.Select(type => new JsonObject
                {
                    ["name"] = type.Plural,
                    ["singularName"] = type.Singular,
                    ["namespaced"] = type.Namespaced,
                    ["kind"] = type.Kind,
                    ["verbs"] = new JsonArray([.. Verbs.Select(verb => JsonValue.Create(verb))]),
                    ["shortNames"] = new JsonArray([
                        .. type.ShortNames.Select(name => JsonValue.Create(name)),
                    ]),
                }),
            ]),
        };

    /// <summary>No schemas: only that the server checks fields itself, which is what kubectl asks before it creates.</summary>
    private static JsonObject OpenApi(IEnumerable<ResourceType> types)
    {
        var paths = new JsonObject();
        foreach (var type in types)
        {
            var space = type.Namespaced ? "/namespaces/{namespace}" : "";
            paths[$"{type.Root}{space}/{type.Plural}/{{name}}"] = new JsonObject
            {
                ["patch"] = new JsonObject
                {
                    ["x-kubernetes-group-version-kind"] = new JsonObject
                    {
                        ["group"] = type.Group,
                        ["version"] = type.Version,
                        ["kind"] = type.Kind,
                    },
                    ["parameters"] = new JsonArray(
                        new JsonObject { ["name"] = "fieldValidation", ["in"] = "query" },
                        new JsonObject { ["name"] = "dryRun", ["in"] = "query" }
                    ),
                },
            };
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "test" },
            ["paths"] = paths,
        };
    }
}
