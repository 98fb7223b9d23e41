using System.Net;
using System.Security.Cryptography.X509Certificates;
using NetMon.Lab.ApiServer;

namespace NetMon.Lab.Tests.ApiServer;

public sealed class AuthenticationTests
{
    private const string Pods = "/api/v1/pods";

    [Fact]
    public async Task Nobody_is_forbidden_and_a_wrong_token_is_unauthorized()
    {
        await using var server = await KubeApiServer.StartAsync();
        using var nobody = new TrustingClient(server, HttpVersion.Version11);
        using var answer = await nobody.Http.GetAsync(Pods);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("system:anonymous", await answer.Content.ReadAsStringAsync());
        using var wrong = new ApiClient(server, token: "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync(Pods)).Code);
    }

    [Fact]
    public async Task A_rotated_token_refuses_the_old_one_and_keeps_running_watches()
    {
        await using var server = await KubeApiServer.StartAsync();
        using var before = new ApiClient(server);
        using var watch = await before.WatchAsync($"{Pods}?watch=true&resourceVersion=1");
        server.RotateToken();
        Assert.Equal(HttpStatusCode.Unauthorized, (await before.GetAsync(Pods)).Code);
        server.Apply(ApiClient.Pod("a"));
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        using var after = new ApiClient(server);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync(Pods)).Code);
    }

    [Fact]
    public async Task A_client_certificate_of_the_authority_is_a_user_and_of_another_is_not()
    {
        var seen = new List<string>();
        await using var server = await KubeApiServer.StartAsync(
            new()
            {
                Authorize = request =>
                {
                    seen.Add($"{request.User} {request.Verb} {request.Resource}");
                    return true;
                },
            }
        );
        await using var other = await KubeApiServer.StartAsync();
        using (var good = Certificate(server.SignClient("alice", "system:masters")))
        using (var client = new TrustingClient(server, HttpVersion.Version20, good))
        {
            Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync(Pods)).StatusCode);
        }

        Assert.Equal(["alice list pods"], seen);
        using var bad = Certificate(other.SignClient("alice", "system:masters"));
        using var stranger = new TrustingClient(server, HttpVersion.Version20, bad);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.Http.GetAsync(Pods)).StatusCode);
    }

    [Fact]
    public async Task What_a_user_may_do_can_be_decided_by_the_test()
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { Authorize = request => request is { Verb: "list", Resource: "pods", Group: "" } }
        );
        using var client = new ApiClient(server);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Pods)).Code);
        var (code, status) = await client.GetAsync("/apis/apps/v1/namespaces/shop/replicasets");
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal(
            "replicasets.apps is forbidden: User \"netmon-lab\" cannot list resource \"replicasets\" in API group \"apps\" in the namespace \"shop\"",
            (string?)status["message"]
        );
    }

    private static X509Certificate2 Certificate((string CertificatePem, string KeyPem) pem)
    {
        using var fresh = X509Certificate2.CreateFromPem(pem.CertificatePem, pem.KeyPem);
        return X509CertificateLoader.LoadPkcs12(fresh.Export(X509ContentType.Pkcs12), null);
    }
}
