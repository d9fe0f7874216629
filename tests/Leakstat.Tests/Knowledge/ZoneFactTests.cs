using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Leakstat.Tests.Knowledge;

/// <summary>A fact about a zone is one row of one table.</summary>
public sealed class ZoneFactTests(ITestOutputHelper output)
{
    /// <summary>Where names stand: the table's folder, and the dump reader's, which knows the items by their code.</summary>
    private static readonly string[] s_places = ["src/Leakstat.Core/Knowledge/", "src/Leakstat.Dump/Walking/ZoneNames.cs"];

    [Fact]
    public void No_code_outside_the_table_names_a_zone_or_type()
    {
        // Names of lower-case letters alone are words of other things too (socket, mbuf, solaris).
        HashSet<string> names =
        [
            .. BuiltInKnowledge.Load().Owners.Select(owner => owner.Name)
                .Concat(ZoneFacts.All.Where(fact => !fact.IsPattern).Select(fact => fact.Name))
                .Where(name => name.Length > 3 && !name.All(char.IsAsciiLetterLower) && !name.All(char.IsAsciiDigit)),
        ];
        string[] found =
        [
            .. Directory.EnumerateFiles(Path.Combine(Given.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Given.Root, file))
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)
                    && !s_places.Any(place => file.StartsWith(place, StringComparison.Ordinal)))
                .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Given.Root, file))).GetRoot()
                    .DescendantNodes().OfType<LiteralExpressionSyntax>()
                    .Where(literal => literal.IsKind(SyntaxKind.StringLiteralExpression)
                        && names.Contains(literal.Token.ValueText))
                    .Select(literal => $"{file}:{literal.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {literal}")),
        ];
        output.WriteLine($"{names.Count} names are looked for");

        Assert.True(names.Count > 700, $"only {names.Count} names");
        Assert.Empty(found);
    }

    [Fact]
    public void What_a_zone_follows_is_a_series_of_the_history()
    {
        HashSet<string> series =
        [
            .. ExplainingCounters.All.Select(counter => counter.Name), ExplainingCounters.Processes,
            ExplainingCounters.Threads, ExplainingCounters.PageableMemory, ExplainingCounters.SwapUsed,
            ExplainingCounters.Mounts,
        ];

        Assert.All(ZoneFacts.All, fact => Assert.All(fact.Follows, counter => Assert.Contains(counter, series)));
    }

    [Fact]
    public void The_page_of_the_rule_has_every_bound_as_it_is()
    {
        string[][] rows =
        [
            .. File.ReadLines(Path.Combine(Given.Root, "docs/rules/LS0107.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal))
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries)),
        ];

        Assert.All(ZoneFacts.All.Where(fact => fact.Bound is { TogetherWith.IsEmpty: true }), fact =>
        {
            string[] row = Assert.Single(rows, cells => cells[1].Split(", ").Contains(fact.Name));
            Assert.Equal(
                (FormattableString.Invariant($"{fact.Bound!.Factor}"), FormattableString.Invariant($"{fact.Bound.Slack:#,0}")), (row[3], row[4]));
            Assert.All(fact.Bound.Of.Select(term => term.Zone).OfType<string>(), zone => Assert.Contains(zone, row[2], StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Every_term_of_a_bound_says_what_it_counts()
    {
        ImmutableArray<ZoneFact> bounded = [.. ZoneFacts.All.Where(fact => fact.Bound is not null)];

        Assert.True(bounded.Length > 30);
        Assert.All(bounded, fact =>
        {
            Assert.NotNull(fact.Kind);
            Assert.True(fact.Bound!.Slack > 0, fact.Name);
            Assert.All(fact.Bound.TogetherWith, other => Assert.Equal(other, ZoneFacts.Find(other)?.Name));
            Assert.All(fact.Bound.Of, term => Assert.Equal(
                1, (term.Zone is null ? 0 : 1) + (term.Sysctls.IsDefaultOrEmpty ? 0 : 1) + (term.Ps is null ? 0 : 1)));
        });
    }

    [Theory]
    [InlineData("VNODEPOLL", "VNODE*")]
    [InlineData("VNODE", "VNODE")]
    [InlineData("zio_buf_512", "zio_buf_*")]
    [InlineData("zio_link_cache", "zio_*")]
    [InlineData("sctp_inpcb", "*inpcb")]
    [InlineData("128 Bucket", "* Bucket")]
    [InlineData("UMA Slabs 0", "UMA *")]
    public void A_row_of_its_own_speaks_before_a_pattern(string name, string row) =>
        Assert.Equal(row, ZoneFacts.Find(name)?.Name);

    [Fact]
    public void A_name_that_nothing_is_known_of_has_no_row()
    {
        Assert.Null(ZoneFacts.Find("foo_softc"));
        Assert.Null(ZoneFacts.Find(""));
    }

    [Fact]
    public void The_trace_follows_mbufs_of_every_release()
    {
        Assert.All(
            ["mbuf", "mbuf_packet", "mbuf_cluster", "mbuf_jumbo_page", "mbuf_jumbo_pagesize", "mbuf_jumbo_9k", "mbuf_jumbo_16k"],
            name => Assert.True(ZoneFacts.Has(name, ZoneTraits.Mbuf), name));
        Assert.False(ZoneFacts.Has("mbuf_extpgs", ZoneTraits.Mbuf));
        Assert.False(ZoneFacts.Has("mbuf_tag", ZoneTraits.Mbuf));
    }
}
