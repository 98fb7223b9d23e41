using NetMon.Agent.Api.Access;
using NetMon.Agent.Api.Tls;
using NetMon.Agent.Clusters;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent.Options;

/// <summary>What settings name outside of themselves: files, and a cluster. An agent that starts here finds the same.</summary>
public static class OptionFiles
{
    /// <param name="options">Settings without a contradiction (<see cref="OptionRules"/>).</param>
    /// <returns>What cannot be read, or is not what it is to be; empty: all is well. Nobody is asked for anything.</returns>
    public static IReadOnlyList<OptionProblem> Check(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tls = options.Api.Tls;
        var problems = new List<OptionProblem>();
        if (tls.Certificate.Length > 0)
        {
            Read(
                "api.tls.certificate",
                [tls.Certificate, tls.Key],
                texts => ServerCertificate.Load(texts[0], texts[1])
            );
        }

        Read("api.tls.client_ca", [tls.ClientCa], texts => ClientAuthority.Load(texts[0]));
        Read("api.auth.token_file", [options.Api.Auth.TokenFile], texts => TokenTable.Parse(texts[0]));
        if (FindCluster(options, out var problem) is null && options.Api.Auth.Kubernetes && problem is null)
        {
            problem = new("api.auth.kubernetes", "there is no cluster to ask; see kubernetes.mode");
        }

        if (problem is not null)
        {
            problems.Add(problem);
        }

        return problems;

        void Read<T>(string key, string[] paths, Func<string[], T> read)
            where T : class
        {
            if (paths[0].Length == 0)
            {
                return;
            }

            try
            {
                _ = new WatchedFile<T>(paths, read, failed: null, TimeProvider.System);
            }
            catch (StartException error)
            {
                problems.Add(new(key, error.Message));
            }
        }
    }

    private static ClusterConfiguration? FindCluster(AgentOptions options, out OptionProblem? problem)
    {
        problem = null;
        try
        {
            return ClusterSource.Find(options.Kubernetes, TimeProvider.System);
        }
        catch (ClusterConfigurationException error)
        {
            var kubernetes = options.Kubernetes;
            problem = new(
                kubernetes.Kubeconfig.Length > 0 ? "kubernetes.kubeconfig"
                    : kubernetes.Context.Length > 0 ? "kubernetes.context"
                    : "kubernetes.mode",
                error.Message
            );
            return null;
        }
    }
}
