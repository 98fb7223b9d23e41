using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary>The verb against an agent's API over real HTTP.</summary>
public abstract class FlowsVerbHarness : IAsyncLifetime, IDisposable
{
    private protected CapturedOutput Output { get; } = new();

    private protected FakeAgent Agent { get; set; } = null!;

    public async Task InitializeAsync() => Agent = await FakeAgent.StartAsync();

    public async Task DisposeAsync() => await Agent.DisposeAsync();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Output.Dispose();

    private protected void AssertTwoLines() => Assert.Equal(2, Output.Errors.Count(c => c == '\n'));

    private protected Task<int> RunAsync(params string[] arguments) =>
        RunAsync(CancellationToken.None, arguments);

    private protected Task<int> RunAsync(CancellationToken stop, params string[] arguments) =>
        FlowsVerb
            .Create(() => Output.Target)
            .Parse([.. arguments, "--server", Agent.Address.ToString()])
            .InvokeAsync(cancellationToken: stop);
}
