using NetMon.Terminal.Top;

namespace NetMon.Tests.Terminal;

public sealed class TopStateTests
{
    private readonly TopState _state = new();

    [Theory]
    [InlineData('b', TopSort.Bytes)]
    [InlineData('p', TopSort.Packets)]
    [InlineData('a', TopSort.Age)]
    [InlineData('r', TopSort.Rtt)]
    [InlineData('t', TopSort.Retransmits)]
    internal void A_letter_chooses_the_order_and_goes_to_the_top(char key, TopSort sort)
    {
        _state.Offset = 7;
        Assert.Equal(TopAction.Redraw, Press(key));
        Assert.Equal(sort, _state.Sort);
        Assert.Equal(0, _state.Offset);
    }

    [Theory]
    [InlineData('q')]
    [InlineData('Q')]
    [InlineData('\x03')]
    public void Q_and_ctrl_c_quit(char key)
    {
        Assert.Equal(TopAction.Quit, Press(key));
        Press('?');
        Assert.Equal(TopAction.Quit, Press(key));
    }

    [Fact]
    public void Space_pauses_and_goes_on()
    {
        Press(' ');
        Assert.True(_state.Paused);
        Press(' ');
        Assert.False(_state.Paused);
    }

    [Fact]
    public void N_shows_addresses_and_names_again()
    {
        Press('n');
        Assert.True(_state.Addresses);
        Press('n');
        Assert.False(_state.Addresses);
    }

    [Fact]
    public void D_goes_round_the_directions()
    {
        TopDirection[] seen = [_state.Direction, Next(), Next(), Next(), Next()];
        Assert.Equal(
            [
                TopDirection.All,
                TopDirection.Ingress,
                TopDirection.Egress,
                TopDirection.Transit,
                TopDirection.All,
            ],
            seen
        );

        TopDirection Next()
        {
            Press('d');
            return _state.Direction;
        }
    }

    [Fact]
    public void Any_key_closes_the_help_and_does_nothing_else()
    {
        Press('?');
        Assert.True(_state.Help);
        Press('p');
        Assert.False(_state.Help);
        Assert.Equal(TopSort.Bytes, _state.Sort);
    }

    [Fact]
    public void Arrows_scroll_by_rows_and_by_pages_and_never_above_the_first()
    {
        _state.Page = 10;
        _state.Press(Key(ConsoleKey.PageDown));
        _state.Press(Key(ConsoleKey.DownArrow));
        Assert.Equal(11, _state.Offset);
        _state.Press(Key(ConsoleKey.PageUp));
        _state.Press(Key(ConsoleKey.PageUp));
        Assert.Equal(0, _state.Offset);
        _state.Press(Key(ConsoleKey.End));
        Assert.True(_state.Offset > 1_000_000);
        _state.Press(Key(ConsoleKey.End));
        Assert.True(_state.Offset > 1_000_000);
        _state.Press(Key(ConsoleKey.Home));
        Assert.Equal(0, _state.Offset);
    }

    [Fact]
    public void An_unknown_key_does_nothing() => Assert.Equal(TopAction.None, Press('z'));

    private TopAction Press(char key) =>
        _state.Press(new ConsoleKeyInfo(key, default, shift: false, alt: false, control: false));

    private static ConsoleKeyInfo Key(ConsoleKey key) =>
        new('\0', key, shift: false, alt: false, control: false);
}
