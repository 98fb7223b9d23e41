using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>The settings of section state that tell how figures are kept.</summary>
internal static class LedgerSettings
{
    private const int SmallestJournal = 1 << 20;
    private const int LargestJournal = 1 << 30;

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<TimeSpan>(
            "state.checkpoint_interval",
            "--checkpoint-interval",
            ValueFormats.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            o => o.Ledger.CheckpointInterval,
            (o, value) => o.Ledger.CheckpointInterval = value,
            "longest time between two checkpoints of the figures"
        )
        {
            IsLive = true,
            Meaning =
                "Longest time between two checkpoints of the figures. A shorter one makes an agent start sooner after it was killed; none is lost in between ([restart.md](restart.md)).",
        },
        new Setting<int>(
            "state.journal_size",
            "--journal-size",
            ValueFormats.PowerOfTwoSize(SmallestJournal, LargestJournal),
            o => o.Ledger.JournalBytes,
            (o, value) => o.Ledger.JournalBytes = value,
            "what may be kept between two checkpoints, a power of two"
        )
        {
            Meaning =
                "Size of the journal at most, a power of two: half of it holds what came since the last checkpoint, and a full one makes the next. It is memory if `state.directory` is on tmpfs, taken as it is needed.",
        },
    ];
}
