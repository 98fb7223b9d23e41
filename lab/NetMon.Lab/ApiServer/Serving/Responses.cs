using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace NetMon.Lab.ApiServer.Serving;

internal static class Responses
{
    public const string Json = "application/json";

    public static Task WriteAsync(HttpContext context, int code, Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        write(buffer);
        context.Response.StatusCode = code;
        context.Response.ContentType = Json;
        context.Response.ContentLength = buffer.WrittenCount;
        return context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).AsTask();
    }

    public static Task FailAsync(HttpContext context, Failure failure, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString();
        }

        return WriteAsync(context, failure.Code, failure.Write);
    }
}
