using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Security;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Tells a user what they may do (SelfSubjectAccessReview), which every user may ask.</summary>
internal sealed class SelfReviewEndpoint(KubeApiServerOptions server)
{
    private const string Path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <returns>Whether the request was one.</returns>
    public async Task<bool> TryServeAsync(HttpContext context, string user)
    {
        if (context.Request.Path != Path || !HttpMethods.IsPost(context.Request.Method))
        {
            return false;
        }

        var review = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var asked = review["spec"]!["resourceAttributes"]!;
        var request = new AccessRequest(
            user,
            Text("verb"),
            Text("group"),
            Text("resource"),
            Text("namespace"),
            Text("name")
        );
        review["status"] = new JsonObject
        {
            ["allowed"] = user != Authentication.Anonymous && server.Authorize?.Invoke(request) != false,
        };
        var body = Encoding.UTF8.GetBytes(review.ToJsonString());
        await Responses.WriteAsync(
            context,
            201,
            output => System.Buffers.BuffersExtensions.Write(output, body)
        );
        return true;

        string Text(string name) => (string?)asked[name] ?? "";
    }
}
