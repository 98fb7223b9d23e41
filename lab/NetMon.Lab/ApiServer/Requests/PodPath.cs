using System.Globalization;

namespace NetMon.Lab.ApiServer.Requests;

/// <summary>A way into a pod: <c>.../pods/NAME/portforward</c>, or <c>.../pods/NAME:PORT/proxy/REST</c>.</summary>
/// <param name="Port">Of the proxy; 80 if the path names none.</param>
/// <param name="Rest">What the pod is asked by the proxy, with its slash; null: a port-forward.</param>
internal sealed record PodPath(string Namespace, string Name, int Port, string? Rest)
{
    public static PodPath? Parse(string path)
    {
        var parts = path.Split('/', 9);
        if (parts is not ["", "api", "v1", "namespaces", var space, "pods", var pod, var way, ..])
        {
            return null;
        }

        var (name, port) = pod.Split(':') switch
        {
            [var plain] => (plain, 80),
            [var plain, var text]
                when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (
                plain,
                number
            ),
            _ => ("", 0),
        };
        return way switch
        {
            "portforward" when parts.Length == 8 => new PodPath(space, name, port, Rest: null),
            "proxy" => new PodPath(space, name, port, parts.Length > 8 ? "/" + parts[8] : "/"),
            _ => null,
        };
    }
}
