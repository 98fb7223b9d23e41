using System.Net;
using System.Net.Sockets;
using NetMon.Lab.ApiServer;

namespace NetMon.Lab.Pods;

/// <summary>Connects to ports of pods from within their network namespaces, as a container runtime does for a port-forward.</summary>
internal static class PodDialer
{
    /// <exception cref="IOException">There is no such pod, or nobody listens.</exception>
    public static async Task<Stream> DialAsync(
        IReadOnlyList<LabPod> pods,
        PodTarget port,
        CancellationToken stop
    )
    {
        var pod =
            pods.FirstOrDefault(each => each.Name == port.Pod && each.Workload.Namespace == port.Namespace)
            ?? throw new IOException($"there is no pod {port.Namespace}/{port.Pod}");
        IPAddress[] addresses = [IPAddress.Loopback, pod.Node.V4];
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            var socket = pod.Namespace.Inside(() => new Socket(SocketType.Stream, ProtocolType.Tcp));
            try
            {
                await socket.ConnectAsync(address, port.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException error)
            {
                socket.Dispose();
                failure = error;
            }
        }

        throw new IOException(failure!.Message, failure);
    }
}
