using NetMon.Agent.Attribution;

namespace NetMon.Agent.Tests.Attribution;

public sealed class WaitingFlowsTests
{
    private const int Burst = 100_000;

    private readonly WaitingFlows _waiting = new();

    [Fact]
    public void A_burst_keeps_its_order_and_its_memory_is_given_back_when_it_is_over()
    {
        for (var slot = 0; slot < Burst; slot++)
        {
            _waiting.Add(new WaitingFlow { Slot = slot, DueNs = 1 });
        }

        var most = _waiting.Bytes;
        var due = _waiting.TakeDue(nowNs: 2);
        Assert.Equal(Burst, due.Length);
        for (var i = 0; i < due.Length; i++)
        {
            Assert.Equal(i, _waiting[due[i]].Slot);
            _waiting.Drop(due[i]);
        }

        Assert.Equal(0, _waiting.Count);
        Assert.InRange(_waiting.Bytes, 1, most / 10);
    }

    [Fact]
    public void What_waits_stays_where_it_is_while_others_come_and_go()
    {
        var first = _waiting.Add(new WaitingFlow { Slot = -1, DueNs = 1 });
        for (var round = 0; round < 3; round++)
        {
            for (var slot = 0; slot < Burst; slot++)
            {
                _waiting.Add(new WaitingFlow { Slot = slot, DueNs = 1 });
            }

            foreach (var place in _waiting.TakeDue(nowNs: 2))
            {
                if (place == first)
                {
                    _waiting.PutBack(place);
                }
                else
                {
                    _waiting.Drop(place);
                }
            }

            Assert.Equal(1, _waiting.Count);
            Assert.Equal(-1, _waiting[first].Slot);
        }

        _waiting.Remove(first);
        Assert.Equal(0, _waiting.Count);
        var next = _waiting.Add(new WaitingFlow { Slot = 7, DueNs = 1 });
        Assert.Equal(7, _waiting[next].Slot);
    }
}
