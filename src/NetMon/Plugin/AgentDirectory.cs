using NetMon.Client;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Pods;

namespace NetMon.Plugin;

/// <summary>Finds the agents of a cluster, and reaches them.</summary>
internal sealed class AgentDirectory(PluginOptions options) : IDisposable
{
    private const string Selector = "app.kubernetes.io/name=netmon";
    private const string Component = "agent";

    private PodAccess? _access;

    public string Label { get; } =
        options.Context is { } context ? $"the agents of context {context}" : "the cluster's agents";

    public bool ByProxy => options.ByProxy;

    /// <summary>Those that are asked.</summary>
    /// <exception cref="AgentException">There are none, or they cannot be found out.</exception>
    public async Task<IReadOnlyList<PodLocation>> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            var access = Access();
            var pods = await ListAsync(
                access,
                options.AgentNamespace ?? PluginOptions.DefaultNamespace,
                cancellationToken
            );
            if (pods.Count == 0 && options.AgentNamespace is null)
            {
                pods = await ListAsync(access, space: null, cancellationToken);
            }

            return Choose(pods);
        }
        catch (ClusterConfigurationException error)
        {
            throw new AgentException(
                error.Message,
                "give --kubeconfig FILE or --context NAME; kubectl config get-contexts lists them",
                error
            );
        }
        catch (PodAccessException error)
        {
            throw Failure(error);
        }
    }

    /// <exception cref="PodAccessException">It cannot be reached.</exception>
    public Task<Stream> ConnectAsync(PodLocation pod, CancellationToken cancellationToken) =>
        Access().ForwardAsync(pod, cancellationToken);

    /// <exception cref="PodAccessException">It cannot be asked.</exception>
    public Task<HttpResponseMessage> GetByProxyAsync(
        PodLocation pod,
        string path,
        CancellationToken cancellationToken
    ) => Access().GetByProxyAsync(pod, path, cancellationToken);

    /// <summary>What a failure of the way to an agent means.</summary>
    public static AgentException Failure(PodAccessException error) =>
        new(
            error.Message,
            error.Code switch
            {
                401 => "log in again: kubectl cluster-info tells whether the kubeconfig is still good",
                403 =>
                    "you need the rights to list pods and to create pods/portforward (with --via proxy: get pods/proxy) where the agents are",
                404 => "the pod may just have gone: try again",
                _ => "see kubectl cluster-info, and kubectl get pods -A -l " + Selector,
            },
            error
        )
        {
            Transient = error.Code is 0 or 404 or >= 500,
        };

    public void Dispose() => _access?.Dispose();

    private PodAccess Access() =>
        _access ??= new PodAccess(
            ClusterConfiguration.Find(
                new ClusterChoice
                {
                    Kubeconfig = options.Kubeconfig,
                    Context = options.Context,
                    IsRequired = true,
                }
            )!,
            TimeProvider.System
        );

    private static Task<IReadOnlyList<PodLocation>> ListAsync(
        PodAccess access,
        string? space,
        CancellationToken cancellationToken
    ) => access.ListAsync(space, Selector, Component, ServerAddress.DefaultPort, cancellationToken);

    private PodLocation[] Choose(IReadOnlyList<PodLocation> pods)
    {
        if (pods.Count == 0)
        {
            throw new AgentException(
                $"no agent runs in {(options.AgentNamespace is { } space ? $"the namespace {space}" : "the cluster")}",
                $"see kubectl get pods -A -l {Selector}; install them as docs/install.md says"
            )
            {
                Transient = true,
            };
        }

        // During an update a node has two for a moment: the one that is ready counts.
        var byNode = pods.GroupBy(pod => pod.Node, StringComparer.Ordinal)
            .Select(group => group.OrderByDescending(pod => pod.IsReady).First())
            .ToArray();
        foreach (var node in options.Nodes)
        {
            if (!byNode.Any(pod => pod.Node == node))
            {
                throw new AgentException(
                    $"no agent runs on a node {node}",
                    $"there are agents on {string.Join(", ", byNode.Select(pod => pod.Node).Take(20))}"
                );
            }
        }

        return options.Nodes.Count == 0
            ? byNode
            : [.. byNode.Where(pod => options.Nodes.Contains(pod.Node, StringComparer.Ordinal))];
    }
}
