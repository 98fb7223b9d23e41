namespace NetMon.Kubernetes.Client;

/// <summary>Which kubeconfig files there are, the most important first.</summary>
internal static class KubeconfigFiles
{
    /// <summary>Null: none.</summary>
    /// <exception cref="ClusterConfigurationException">Files are named and none of them exists.</exception>
    public static IReadOnlyList<string>? Of(ClusterChoice choice)
    {
        if (choice.Kubeconfig is { } named)
        {
            return File.Exists(named)
                ? [named]
                : throw new ClusterConfigurationException($"kubeconfig {named}: there is no such file");
        }

        if (choice.Environment("KUBECONFIG") is { Length: > 0 } list)
        {
            // Those that do not exist are passed over, as kubectl does.
            string[] files =
            [
                .. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                    .Distinct(StringComparer.Ordinal)
                    .Where(File.Exists),
            ];
            return files.Length > 0
                ? files
                : throw new ClusterConfigurationException($"KUBECONFIG={list}: there is no such file");
        }

        if (!choice.IsRequired && choice.Context is null)
        {
            return null;
        }

        var usual = Path.Combine(choice.Environment("HOME") ?? "/root", ".kube", "config");
        if (File.Exists(usual))
        {
            return [usual];
        }

        return choice.Context is null
            ? null
            : throw new ClusterConfigurationException(
                $"context {choice.Context}: KUBECONFIG is not set, and there is no {usual}"
            );
    }
}
