using System.Text;

namespace NetMon.Lab.ApiServer.Security;

internal static class KubeconfigText
{
    /// <summary>A kubeconfig of one context, with everything in it.</summary>
    /// <param name="user">The lines of the user, e.g. <c>token: ...</c>.</param>
    public static string Write(Uri server, string authorityPem, params IEnumerable<string> user) =>
        $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: lab
              cluster:
                server: {server.ToString().TrimEnd('/')}
                certificate-authority-data: {Base64(authorityPem)}
            users:
            - name: lab
              user:
                {string.Join("\n    ", user)}
            contexts:
            - name: lab
              context:
                cluster: lab
                user: lab
            current-context: lab

            """;

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
