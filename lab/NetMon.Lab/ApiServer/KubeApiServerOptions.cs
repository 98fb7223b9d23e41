using System.Net;
using System.Net.Sockets;

namespace NetMon.Lab.ApiServer;

/// <summary>What a test API server starts with.</summary>
public sealed class KubeApiServerOptions
{
    public ApiVersion Version { get; init; } = ApiVersion.V132;

    /// <summary>Where it serves HTTPS. Port 0 takes a free one, which it keeps over restarts.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new(IPAddress.Loopback, 0)];

    /// <summary>Makes the listening socket, bound and not yet listening, e.g. in another network namespace; null: an ordinary one.</summary>
    public Func<EndPoint, Socket>? BindListenSocket { get; init; }

    /// <summary>Names and addresses that its certificate is for, beside the addresses it listens on and the usual ones of a cluster.</summary>
    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>Bearer token of the user who may do everything; null makes one.</summary>
    public string? Token { get; init; }

    /// <summary>Whether a user may do that; null: who has a token or certificate may do everything. See <see cref="AccessRequest"/>.</summary>
    public Func<AccessRequest, bool>? Authorize { get; init; }

    /// <summary>Changes of one resource that can be watched from afterwards.</summary>
    public int HistoryPerResource { get; init; } = 16_384;

    /// <summary>Objects that come without get <c>metadata.managedFields</c> of the usual size.</summary>
    public bool ManagedFields { get; init; } = true;

    /// <summary>Between bookmarks of a watch that allows them; null: never. Real ones: about 60 s.</summary>
    public TimeSpan? BookmarkInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What etcd 3.4 cannot do, a newer API server does not offer on it: streams of initial events end with error 500.</summary>
    public bool OldEtcd { get; init; }

    /// <summary>Gzip starts at this size of a response, in bytes (kube-apiserver: 128 KiB).</summary>
    public int GzipThreshold { get; init; } = 128 * 1024;

    /// <summary>How long a deleted pod takes to end, with the steps a kubelet makes; null: it stays until someone ends it.</summary>
    public TimeSpan? PodShutdown { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a request for a version still to come waits (kube-apiserver: 3 s).</summary>
    public TimeSpan FutureVersionWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A request that is no watch is given up after this (kube-apiserver: 60 s).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where requests to misbehave are taken, over plain HTTP; null: nowhere. Port 0 takes a free one.</summary>
    public IPEndPoint? Admin { get; init; }

    /// <summary>Connects to a port of a pod, for pods/portforward and pods/proxy; fails with an <see cref="IOException"/>. Null: pods cannot be reached.</summary>
    public Func<PodTarget, CancellationToken, Task<Stream>>? DialPod { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How far the clock that it tells of in its answers is ahead of the true one.</summary>
    public TimeSpan ClockOffset { get; init; }
}

/// <summary>A port of a pod.</summary>
public sealed record PodTarget(string Namespace, string Pod, int Port);

/// <summary>Who asks for what.</summary>
/// <param name="User"><c>netmon-lab</c> for the token; the common name of a client certificate; <c>system:anonymous</c>.</param>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Group">Empty for core.</param>
/// <param name="Namespace">Empty: of the whole cluster.</param>
public sealed record AccessRequest(
    string User,
    string Verb,
    string Group,
    string Resource,
    string Namespace,
    string Name
);
