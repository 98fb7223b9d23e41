using System.Net;
using Microsoft.Extensions.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Attaching;

namespace NetMon.Agent.Logging;

/// <summary>Every message of the agent. Ids: 1 to 19 the agent as a whole, 20 to 39 capture, 40 to 59 interfaces, 60 to 79 the API, 80 to 99 attribution, 100 to 119 features, 120 to 139 drops, 140 to 159 sockets, 160 to 179 detections, 180 to 199 sampling, 200 to 219 diagnosis, 220 to 239 what an agent before has left.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(1, LogLevel.Information, "started in {Milliseconds} ms, serving http://{Address}")]
    public static partial void Started(ILogger logger, long milliseconds, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Information, "stopping: detached, reporting what is unreported")]
    public static partial void Draining(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(4, LogLevel.Critical, "{Error}")]
    public static partial void StartFailed(ILogger logger, string error);

    [LoggerMessage(5, LogLevel.Critical, "a fault of the agent itself ended it")]
    public static partial void Crashed(ILogger logger, Exception error);

    [LoggerMessage(7, LogLevel.Information, "keeping within {MiB} MiB of memory ({Source})")]
    public static partial void MemoryLimited(ILogger logger, long mib, string source);

    [LoggerMessage(13, LogLevel.Information, "keeping within no limit of memory ({Source})")]
    public static partial void MemoryUnlimited(ILogger logger, string source);

    [LoggerMessage(8, LogLevel.Warning, "{Used} of {MiB} MiB of memory are in use, so these are cut: {What}")]
    public static partial void MemoryShort(ILogger logger, long used, long mib, string what);

    [LoggerMessage(9, LogLevel.Information, "{Used} of {MiB} MiB of memory are in use: nothing is cut")]
    public static partial void MemoryRecovered(ILogger logger, long used, long mib);

    [LoggerMessage(10, LogLevel.Error, "looking after the memory failed and goes on")]
    public static partial void MemoryGuardFailed(ILogger logger, Exception error);

    [LoggerMessage(11, LogLevel.Debug, "the heap could not be bounded: {Error}")]
    public static partial void HeapNotBounded(ILogger logger, string error);

    [LoggerMessage(6, LogLevel.Debug, "{What} after {Milliseconds} ms")]
    public static partial void Progress(ILogger logger, string what, double milliseconds);

    [LoggerMessage(
        200,
        LogLevel.Information,
        "the log is written in detail for {Categories} from level {Level} on, until {Until:u}"
    )]
    public static partial void TraceStarted(
        ILogger logger,
        string categories,
        LogLevel level,
        DateTimeOffset until
    );

    [LoggerMessage(201, LogLevel.Information, "the log is written as configured again")]
    public static partial void TraceEnded(ILogger logger);

    [LoggerMessage(203, LogLevel.Debug, "{Method} {Path}: {Status}")]
    public static partial void Answered(ILogger logger, string method, string path, int status);

    [LoggerMessage(204, LogLevel.Debug, "the flow map was swept in {Milliseconds:0.0} ms")]
    public static partial void Swept(ILogger logger, double milliseconds);

    [LoggerMessage(205, LogLevel.Debug, "the open files of all tasks were walked in {Milliseconds:0.0} ms")]
    public static partial void Walked(ILogger logger, double milliseconds);

    [LoggerMessage(
        206,
        LogLevel.Debug,
        "{Interface} (index {Index}, kind '{Kind}', up {Up}) is to be observed as {Chosen}; it is observed: {Attached}"
    )]
    public static partial void InterfaceLooked(
        ILogger logger,
        string @interface,
        int index,
        string kind,
        bool up,
        InterfaceKind? chosen,
        bool attached
    );

    [LoggerMessage(
        202,
        LogLevel.Warning,
        "serving profiles and other things for developers at http://{Address}"
    )]
    public static partial void DebugServing(ILogger logger, IPEndPoint address);

    [LoggerMessage(
        180,
        LogLevel.Information,
        "the sampling rate is {Rate} now, as configured; it was {Before}"
    )]
    public static partial void SamplingRateSet(ILogger logger, int before, int rate);

    [LoggerMessage(
        181,
        LogLevel.Information,
        "the sampling rate is {Rate} now, and was {Before}: counting took {Cpu:F1}% of a core, of {Budget}%"
    )]
    public static partial void SamplingRateAdapted(
        ILogger logger,
        int before,
        int rate,
        double cpu,
        int budget
    );

    [LoggerMessage(
        182,
        LogLevel.Warning,
        "counting takes {Cpu:F1}% of a core, of {Budget}%, though the sampling rate is {Rate}, the largest allowed"
    )]
    public static partial void SamplingBudgetExceeded(ILogger logger, double cpu, int budget, int rate);

    [LoggerMessage(
        183,
        LogLevel.Information,
        "the CPU time of the packet programs is not known, and not in the budget of sampling: {Reason}"
    )]
    public static partial void SamplingCostUnknown(ILogger logger, string reason);

    [LoggerMessage(184, LogLevel.Error, "the cost of counting could not be measured this time")]
    public static partial void SamplingLookFailed(ILogger logger, Exception error);

    [LoggerMessage(100, LogLevel.Warning, "{Feature} is degraded: {Reason}")]
    public static partial void FeatureDegraded(ILogger logger, string feature, string reason);

    [LoggerMessage(
        20,
        LogLevel.Error,
        "a record could not be processed: its packets count as lost ({Suppressed} more since the last message)"
    )]
    public static partial void RecordFailed(ILogger logger, long suppressed, Exception error);

    [LoggerMessage(
        21,
        LogLevel.Error,
        "the capture failed and goes on ({Suppressed} more since the last message)"
    )]
    public static partial void CaptureFailed(ILogger logger, long suppressed, Exception error);

    [LoggerMessage(22, LogLevel.Error, "not every flow could be reported at the end")]
    public static partial void DrainFailed(ILogger logger, Exception error);

    [LoggerMessage(
        23,
        LogLevel.Warning,
        "cannot list the listening ports, so the initiator of older connections is a guess: {Error}"
    )]
    public static partial void ListeningPortsFailed(ILogger logger, string error);

    [LoggerMessage(40, LogLevel.Information, "observing {Interface} (index {Index}) as {Kind}")]
    public static partial void Attached(ILogger logger, string @interface, int index, InterfaceKind kind);

    [LoggerMessage(41, LogLevel.Information, "no longer observing {Interface} (index {Index})")]
    public static partial void Detached(ILogger logger, string @interface, int index);

    [LoggerMessage(
        42,
        LogLevel.Warning,
        "cannot observe {Interface} (index {Index}): {Error}; trying again in {Seconds} s"
    )]
    public static partial void AttachFailed(
        ILogger logger,
        string @interface,
        int index,
        string error,
        double seconds
    );

    [LoggerMessage(43, LogLevel.Warning, "cannot detach from {Interface} (index {Index}): {Error}")]
    public static partial void DetachFailed(ILogger logger, string @interface, int index, string error);

    [LoggerMessage(44, LogLevel.Warning, "watching the interfaces failed and goes on: {Error}")]
    public static partial void LinksFailed(ILogger logger, string error);

    [LoggerMessage(45, LogLevel.Information, "attaching with {Method}")]
    public static partial void AttachMethod(ILogger logger, AttachMethod method);

    [LoggerMessage(
        46,
        LogLevel.Information,
        "removed {Count} links and filters that an agent before left behind"
    )]
    public static partial void LeftoversRemoved(ILogger logger, int count);

    [LoggerMessage(
        47,
        LogLevel.Warning,
        "the kernel does not tell which addresses are behind pods' interfaces, so they are learned from what is sent: {Reason}"
    )]
    public static partial void AddressListRefused(ILogger logger, string reason);

    [LoggerMessage(
        48,
        LogLevel.Warning,
        "the kernel does not tell of address changes behind pods' interfaces, so they are noticed some seconds late: {Reason}"
    )]
    public static partial void AddressEventsRefused(ILogger logger, string reason);

    [LoggerMessage(
        224,
        LogLevel.Information,
        "what an agent before has counted is in maps of another layout or size: reading it (fields that are left out: {Fields})"
    )]
    public static partial void Migrating(ILogger logger, string fields);

    [LoggerMessage(
        225,
        LogLevel.Information,
        "all that an agent before had counted is read: {Packets} packets; its maps are gone"
    )]
    public static partial void Migrated(ILogger logger, long packets);

    [LoggerMessage(
        226,
        LogLevel.Error,
        "what an agent before has counted cannot be read, and is lost: its maps have no type information, or are not whole"
    )]
    public static partial void NotMigrated(ILogger logger);

    [LoggerMessage(220, LogLevel.Information, "taking over from another agent (process {Process})")]
    public static partial void TakingOver(ILogger logger, int process);

    [LoggerMessage(221, LogLevel.Warning, "nothing keeps a second agent from starting: {Error}")]
    public static partial void NotLocked(ILogger logger, string error);

    [LoggerMessage(
        222,
        LogLevel.Information,
        "going on with the maps of an agent before, in {Directory}: what came meanwhile is counted"
    )]
    public static partial void Adopted(ILogger logger, string directory);

    [LoggerMessage(
        223,
        LogLevel.Information,
        "stopping; programs stay attached in {Directory} and count for the next agent (`netmon detach` removes them)"
    )]
    public static partial void Keeping(ILogger logger, string directory);

    [LoggerMessage(
        49,
        LogLevel.Warning,
        "asking for addresses behind pods' interfaces failed and goes on: {Error}"
    )]
    public static partial void AddressesFailed(ILogger logger, string error);

    [LoggerMessage(160, LogLevel.Warning, "{Type} (event {Id}): {What}")]
    public static partial void SecurityEvent(ILogger logger, string type, long id, string what);

    [LoggerMessage(
        161,
        LogLevel.Error,
        "the detections failed and go on ({Suppressed} more since the last message)"
    )]
    public static partial void DetectionFailed(ILogger logger, long suppressed, Exception error);

    [LoggerMessage(
        140,
        LogLevel.Error,
        "walking through the sockets failed and goes on ({Suppressed} more since the last message)"
    )]
    public static partial void SocketWalkFailed(ILogger logger, long suppressed, Exception error);

    [LoggerMessage(12, LogLevel.Warning, "{Warning}")]
    public static partial void SettingsWarning(ILogger logger, string warning);

    [LoggerMessage(60, LogLevel.Error, "a request for {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string path, Exception error);

    [LoggerMessage(
        61,
        LogLevel.Warning,
        "there is no socket, so verbs that change the agent find none: {Reason}"
    )]
    public static partial void SocketMissing(ILogger logger, string reason);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "a file of the API was changed and is wrong, so the old one stays in use: {Problem}"
    )]
    public static partial void AccessFileFailed(ILogger logger, string problem);

    [LoggerMessage(
        63,
        LogLevel.Information,
        "other machines that reach {Address} get metrics and health alone, as there is no TLS (docs/security.md)"
    )]
    public static partial void OpenToOthers(ILogger logger, IPEndPoint address);

    [LoggerMessage(80, LogLevel.Information, "without a cluster: pods and containers have no names")]
    public static partial void Standalone(ILogger logger);

    [LoggerMessage(81, LogLevel.Information, "watching the cluster of {Server} ({Source})")]
    public static partial void WatchingCluster(ILogger logger, Uri server, string source);

    [LoggerMessage(82, LogLevel.Error, "the model of the cluster could not be tidied, and goes on")]
    public static partial void HousekeepingFailed(ILogger logger, Exception error);

    [LoggerMessage(
        83,
        LogLevel.Warning,
        "cannot ask connection tracking, so services have no backends and what is translated on this host counts twice: {Error}"
    )]
    public static partial void ConntrackFailed(ILogger logger, string error);

    [LoggerMessage(
        120,
        LogLevel.Error,
        "drops could not be read and gather on in the kernel ({Suppressed} more since the last message)"
    )]
    public static partial void DropsFailed(ILogger logger, long suppressed, Exception error);

    [LoggerMessage(121, LogLevel.Information, "watching drops by {Hook}")]
    public static partial void DropsWatched(ILogger logger, string hook);

    [LoggerMessage(
        227,
        LogLevel.Information,
        "figures go on where an earlier agent was: {Series} series, {Flows} flows, {Records} records after its last checkpoint"
    )]
    public static partial void LedgerRestored(ILogger logger, long series, long flows, long records);

    [LoggerMessage(
        228,
        LogLevel.Information,
        "figures start from 0: those that were kept are of an earlier start of the machine"
    )]
    public static partial void LedgerOfEarlierBoot(ILogger logger);

    [LoggerMessage(229, LogLevel.Warning, "kept figures were refused ({Reason}): {Error}")]
    public static partial void LedgerRefused(ILogger logger, string reason, string error);

    [LoggerMessage(
        231,
        LogLevel.Information,
        "what came after the last checkpoint is in records of another layout: translated by the names of their fields (left out: {Fields})"
    )]
    public static partial void LedgerOfOtherLayout(ILogger logger, string fields);

    [LoggerMessage(230, LogLevel.Warning, "a checkpoint of the figures failed, the journal goes on: {Error}")]
    public static partial void CheckpointFailed(ILogger logger, string error);
}
