using NetMon.Terminal.Tables;

namespace NetMon.Tests.Terminal;

public sealed class ColumnLayoutTests
{
    private static readonly ColumnShape[] Columns =
    [
        new("ADDRESS", 100) { Comfortable = 20, Minimum = 8 },
        new("BYTES", 90, Alignment.Right),
        new("STATE", 60),
        new("NOTE", 55),
        new("EXTRA", 10),
    ];

    private static readonly int[] Natural = [40, 6, 11, 9, 5];

    [Fact]
    public void Everything_is_shown_in_full_where_there_is_no_limit() => Assert.Equal(Natural, Fit(null));

    [Fact]
    public void Everything_is_shown_in_full_where_it_fits() => Assert.Equal(Natural, Fit(79));

    [Fact]
    public void First_little_columns_go() => Assert.Equal([40, 6, 11, 9, 0], Fit(78));

    [Fact]
    public void Then_long_text_is_shortened_while_valued_columns_stay() =>
        Assert.Equal([20, 6, 11, 9, 0], Fit(52));

    [Fact]
    public void Then_valued_columns_go_and_the_room_goes_back_to_the_text() =>
        Assert.Equal([30, 6, 11, 0, 0], Fit(51));

    [Fact]
    public void Then_the_text_goes_to_its_minimum() => Assert.Equal([12, 6, 0, 0, 0], Fit(20));

    [Fact]
    public void Then_one_column_is_left() => Assert.Equal([15, 0, 0, 0, 0], Fit(15));

    [Fact]
    public void The_last_column_is_cut_to_what_there_is() => Assert.Equal([3, 0, 0, 0, 0], Fit(3));

    [Fact]
    public void A_column_that_says_nothing_goes_first_however_important() =>
        Assert.Equal([40, 6, 0, 9, 5], Fit(72, empty: 2));

    [Fact]
    public void A_row_never_exceeds_the_terminal()
    {
        var random = new Random(2);
        for (var i = 0; i < 20_000; i++)
        {
            var natural = Natural.Select(_ => random.Next(1, 60)).ToArray();
            var limit = random.Next(1, 200);
            var widths = ColumnLayout.Fit(Columns, natural, new bool[5], limit);
            var shown = widths.Where(width => width > 0).ToArray();
            Assert.InRange(shown.Sum() + (2 * (shown.Length - 1)), 1, limit);
            Assert.All(widths.Zip(natural), pair => Assert.InRange(pair.First, 0, pair.Second));
        }
    }

    private static int[] Fit(int? limit, int empty = -1) =>
        ColumnLayout.Fit(Columns, Natural, [.. Enumerable.Range(0, 5).Select(i => i == empty)], limit);
}
