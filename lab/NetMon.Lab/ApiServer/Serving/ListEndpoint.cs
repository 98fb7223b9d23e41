using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Requests;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Answers lists: whole or in pages, as of the version asked for.</summary>
internal sealed class ListEndpoint(ObjectStore store, Faults faults, KubeApiServerOptions server)
{
    private const string ExpiredForGood =
        "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.";
    private const string ExpiredButRemainder =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    public async Task ServeAsync(HttpContext context, ApiPath path, ListOptions options, Representation form)
    {
        var prefix = path.Namespace.Length > 0 ? path.Namespace + "/" : "";
        var (snapshot, start) = await ResolveAsync(path, options, context.RequestAborted);
        // A list of version 0 comes from the cache, which knows no pages.
        var limit = options.Limit == 0 || options.Version == 0 ? int.MaxValue : options.Limit;
        var page = snapshot.Objects.Range(prefix, start).Where(options.Matches);
        var items = limit == int.MaxValue ? page.ToList() : page.Take(limit + 1).ToList();
        var next = items.Count > limit ? items[limit].Key : null;
        if (next is not null)
        {
            items.RemoveAt(limit);
        }

        var gzip = AcceptsGzip(context) && items.Sum(item => (long)item.Json.Length) >= server.GzipThreshold;
        context.Response.ContentType = Responses.Json;
        if (gzip)
        {
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.Headers.Vary = "Accept-Encoding";
        }

        await using var body = new ResponseStream(context, faults, gzip);
        var remaining =
            next is not null && options.Labels is null && options.Fields is null
                ? snapshot.Objects.CountFrom(prefix, next)
                : 0;
        var version =
            options.Continue.Length > 0 && IsOfLatest(options.Continue)
                ? ContinueToken.Latest
                : (long)snapshot.Version;
        WriteHead(
            body.Buffer,
            path,
            form,
            snapshot.Version,
            next is null ? null : new ContinueToken(version, next),
            remaining
        );
        var first = true;
        foreach (var item in items)
        {
            body.Buffer.Write(first ? ""u8 : ","u8);
            first = false;
            ObjectText.WriteItem(body.Buffer, item, form);
            await body.DrainAsync();
        }

        body.Buffer.Write("]}\n"u8);
        await body.FlushAsync();
    }

    private async Task<(Snapshot Snapshot, string Start)> ResolveAsync(
        ApiPath path,
        ListOptions options,
        CancellationToken stop
    )
    {
        if (options.Continue.Length > 0)
        {
            return await ResumeAsync(path, options, stop);
        }

        if (options.Version is not { } version)
        {
            await faults.Thawed().WaitAsync(stop);
            return (store.Now(path.Type), "");
        }

        if (version == 0)
        {
            return (store.Now(path.Type), "");
        }

        if (!await HasComeAsync(store, version, server, stop))
        {
            var failure = Failure.TooNew(version, store.Version);
            throw new FailureException(failure with { Code = server.Version.FutureListCode });
        }

        var exact = options.Match == "Exact" || (options.Match.Length == 0 && options.Limit > 0);
        if (!exact)
        {
            return (store.Now(path.Type), "");
        }

        await faults.Thawed().WaitAsync(stop);
        return store.At(path.Type, version) is { } then
            ? (then, "")
            : throw new FailureException(
                new Failure(410, "Expired", "The resourceVersion for the provided list is too old.")
            );
    }

    private async Task<(Snapshot Snapshot, string Start)> ResumeAsync(
        ApiPath path,
        ListOptions options,
        CancellationToken stop
    )
    {
        var token = ContinueToken.Decode(options.Continue);
        if (options.Version is not (null or 0))
        {
            throw new StoreException(
                400,
                "BadRequest",
                "specifying resource version is not allowed when using continue"
            );
        }

        await faults.Thawed().WaitAsync(stop);
        if (token.Version == ContinueToken.Latest)
        {
            return (store.Now(path.Type), token.Start);
        }

        var kind = faults.ContinueTokens;
        if (kind == ContinueTokens.Valid && store.At(path.Type, (ulong)token.Version) is { } then)
        {
            return (then, token.Start);
        }

        throw new FailureException(
            kind == ContinueTokens.ExpiredForGood
                ? new Failure(410, "Expired", ExpiredForGood)
                : new Failure(
                    410,
                    "Expired",
                    ExpiredButRemainder,
                    (token with { Version = ContinueToken.Latest }).Encode()
                )
        );
    }

    /// <summary>Waits a little for a version that is still to come.</summary>
    public static async Task<bool> HasComeAsync(
        ObjectStore store,
        ulong version,
        KubeApiServerOptions server,
        CancellationToken stop
    )
    {
        var start = server.Time.GetTimestamp();
        while (store.Version < version)
        {
            if (server.Time.GetElapsedTime(start) >= server.FutureVersionWait)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), server.Time, stop);
        }

        return true;
    }

    private static void WriteHead(
        IBufferWriter<byte> output,
        ApiPath path,
        Representation form,
        ulong version,
        ContinueToken? next,
        int remaining
    )
    {
        var (kind, apiVersion) =
            form == Representation.Metadata
                ? ("PartialObjectMetadataList", "meta.k8s.io/v1")
                : (path.Type.ListKind, path.Type.ApiVersion);
        var head = new StringBuilder().Append(
            $$"""{"kind":"{{kind}}","apiVersion":"{{apiVersion}}","metadata":{"resourceVersion":"{{version}}" """.TrimEnd()
        );
        if (next is { } token)
        {
            head.Append($",\"continue\":\"{JsonEncodedText.Encode(token.Encode())}\"");
        }

        if (remaining > 0)
        {
            head.Append($",\"remainingItemCount\":{remaining}");
        }

        output.Write(Encoding.UTF8.GetBytes(head.Append("},\"items\":[").ToString()));
    }

    private static bool IsOfLatest(string token) =>
        ContinueToken.Decode(token).Version == ContinueToken.Latest;

    private static bool AcceptsGzip(HttpContext context) =>
        context
            .Request.Headers.AcceptEncoding.ToString()
            .Split(',', StringSplitOptions.TrimEntries)
            .Any(encoding => encoding.Split(';')[0] is "gzip" or "*");
}
