namespace NetMon.Kubernetes.Client;

/// <summary>A good answer, to be read. Its end closes the stream within the connection.</summary>
internal sealed class ApiAnswer(HttpResponseMessage response, Stream body) : IDisposable
{
    /// <summary>The body, decompressed.</summary>
    public Stream Body => body;

    /// <summary>When the server answered, by its clock, to the second.</summary>
    public DateTimeOffset? Date => response.Headers.Date;

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}
