using FsCheck;
using FsCheck.Fluent;
using NetMon.Kubernetes.Objects;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

/// <summary>What really happened to a pod that had the address, in seconds after the start. Not what the API server says of it.</summary>
/// <param name="Started">kubelet took it.</param>
/// <param name="Got">Its sandbox got the address; packets can flow.</param>
/// <param name="Ready">kubelet wrote that the sandbox is there.</param>
/// <param name="Asked">It was asked to end.</param>
/// <param name="Died">Its last container ended; the last packet.</param>
/// <param name="Removed">The sandbox was removed, the address is free.</param>
internal sealed record TruePod(
    string Name,
    double Started,
    double Got,
    double Ready,
    double Asked,
    double Died,
    double Removed
);

/// <param name="Lags">How late each message is, in seconds, taken in turn; messages of a watch keep their order.</param>
internal sealed record AddressLife(IReadOnlyList<TruePod> Pods, IReadOnlyList<double> Lags)
{
    public const string Ip = "10.244.1.7";

    /// <summary>Up to five pods, each with the address at least a second after the one before it died.</summary>
    public static Gen<AddressLife> Generator { get; } =
        Gen.Choose(0, 4000)
            .Select(milliseconds => milliseconds / 1000.0)
            .ArrayOf(64)
            .SelectMany(random => Gen.Choose(1, 5).Select(count => Make(random, count)));

    /// <summary>What the API server tells, and when it is told to us.</summary>
    /// <param name="withFinished">kubelet told when the containers ended before the pod was deleted.</param>
    /// <param name="withReady">The cluster has the condition PodReadyToStartContainers.</param>
    public IReadOnlyList<(double At, PodObject Pod, bool IsDeleted)> Messages(
        bool withFinished,
        bool withReady
    )
    {
        var messages = new List<(double At, PodObject Pod, bool IsDeleted)>();
        foreach (var pod in Pods)
        {
            var made = Pod(pod.Name, started: pod.Started);
            var running = Pod(pod.Name, Ip, started: pod.Started, ready: withReady ? pod.Ready : null);
            var ending = running with { Deletion = Written(pod.Asked + 30) };
            // The condition is no more when the sandbox is not.
            var ended = ending with
            {
                NetworkReady = null,
                Finished = withFinished ? Written(pod.Died) : null,
            };
            messages.Add((pod.Started, made, false));
            messages.Add((pod.Ready, running, false));
            messages.Add((pod.Asked, ending, false));
            messages.Add((pod.Removed, ended, false));
            messages.Add((pod.Removed, ended, true));
        }

        messages = [.. messages.OrderBy(message => message.At)];
        var last = 0.0;
        for (var i = 0; i < messages.Count; i++)
        {
            last = Math.Max(last, messages[i].At + Lags[i % Lags.Count]);
            messages[i] = messages[i] with { At = last };
        }

        return messages;
    }

    /// <summary>Times at which the address had a pod, with the pod.</summary>
    public IEnumerable<(double At, TruePod Pod)> Flows() =>
        Pods.SelectMany(pod =>
            Enumerable.Range(0, 9).Select(step => (Round(pod.Got + ((pod.Died - pod.Got) * step / 8)), pod))
        );

    /// <summary>For the message of a failure.</summary>
    public override string ToString() =>
        string.Join('\n', [.. Pods.Select(pod => pod.ToString()), $"lags {string.Join(' ', Lags)}"]);

    private static AddressLife Make(double[] random, int count)
    {
        var next = 0;
        var pods = new List<TruePod>();
        var free = 0.0;
        var died = -10.0;
        for (var i = 0; i < count; i++)
        {
            // It may be on the node long before the address is free, waiting for a volume.
            var got = Math.Max(free, died + 1) + Take() + 0.001;
            var started = Math.Max(0, got - Take() - 0.001);
            var ready = got + (Take() / 4);
            var asked = ready + (Take() * 5);
            died = asked + Take() + 0.001;
            free = died + Take() + 0.001;
            pods.Add(
                new(
                    $"pod-{i}",
                    Round(started),
                    Round(got),
                    Round(ready),
                    Round(asked),
                    Round(died),
                    Round(free)
                )
            );
        }

        return new(pods, [.. Enumerable.Range(0, 8).Select(_ => Take() / 2)]);

        double Take() => random[next++ % random.Length];
    }

    // 1.9999999999999998 is in the second before that of 2, though both are the same time by the clock.
    private static double Round(double seconds) => Math.Round(seconds, 6);
}
