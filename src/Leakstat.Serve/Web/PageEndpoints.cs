using System.Collections.Concurrent;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;
using Leakstat.Serve.Judging;
using Leakstat.Serve.Pages;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Web;

/// <summary>The pages, each with an address that stays. What takes long to write is kept until there is news.</summary>
internal sealed class PageEndpoints(FleetState fleet, HostJudge judge, CaptureInbox inbox, HistoryGate gate)
{
    private const string Html = "text/html; charset=utf-8";
    private const int MostQuery = 100;
    private const int MostKept = 16;
    private const int MostDeliveries = 50;

    private readonly ConcurrentDictionary<string, (DateTimeOffset JudgedAt, byte[] Page)> _kept = [];
    private FleetPageKept _fleetPage = new(-1, false, []);

    /// <summary>The page of all hosts as it was written last.</summary>
    private sealed record FleetPageKept(int Revision, bool HasWaiting, byte[] Page);

    /// <summary><c>GET /</c>.</summary>
    public Task Fleet(HttpContext context)
    {
        (int revision, FleetReport report) = fleet.Latest;
        int waiting = judge.Waiting;
        FleetPageKept kept = Volatile.Read(ref _fleetPage);
        if (kept.Revision != revision || kept.HasWaiting != waiting > 0)
        {
            kept = new FleetPageKept(revision, waiting > 0, FleetPage.Write(report, revision, waiting > 0));
            Volatile.Write(ref _fleetPage, kept);
        }

        return Answers.Bytes(context, kept.Page, Html);
    }

    /// <summary><c>GET /causes/{kind}/{name}</c>.</summary>
    public Task Cause(HttpContext context)
    {
        (int revision, FleetReport report) = fleet.Latest;
        string asked = context.Request.Path.Value!;
        return report.Causes.FirstOrDefault(
            c => $"/causes/{ReportTerms.Of(c.Subject.Kind)}/{c.Subject.Name}" == asked
                || FleetPage.CauseLink(c) == asked) is { } cause
            ? Answers.Bytes(context, CausePage.Write(report, cause, revision), Html)
            : Missing(context, "That is wrong on no host now.");
    }

    /// <summary><c>GET /hosts/{host}</c>.</summary>
    public async Task Host(HttpContext context)
    {
        string name = HostNames.Asked(context);
        if (fleet.Find(name) is not { } host)
        {
            await Missing(context, "No host of that name was judged.").ConfigureAwait(false);
            return;
        }

        byte[]? page = KeptOf(host);
        if (page is null)
        {
            // Those who asked for the same page meanwhile wait for one to write it.
            page = await gate.Run(() => KeptOf(host) ?? Written(host), context.RequestAborted).ConfigureAwait(false);
        }

        await (page is not null
            ? Answers.Bytes(context, page, Html)
            : Missing(context, "Nothing of that host is in the store any more.")).ConfigureAwait(false);
    }

    /// <summary><c>GET /search</c>.</summary>
    public Task Search(HttpContext context)
    {
        string query = context.Request.Query["q"].ToString().Trim();
        return Answers.Bytes(
            context, SearchPage.Write(query.Length > MostQuery ? query[..MostQuery] : query, fleet.Hosts), Html);
    }

    /// <summary>A style sheet or script.</summary>
    public static Task Asset(HttpContext context)
    {
        string name = (string?)context.Request.RouteValues["name"] ?? "";
        string? text = name switch
        {
            "report.css" or "fleet.css" or "report.js" => HtmlPage.Asset(name),
            "serve.css" or "serve.js" => ServerAssets.Text(name),
            _ => null,
        };
        if (text is null)
        {
            return Answers.NotFound(context, "there is no such file");
        }

        context.Response.Headers.CacheControl = "public, max-age=3600";
        return Answers.Bytes(
            context,
            System.Text.Encoding.UTF8.GetBytes(text),
            $"text/{(name.EndsWith(".css", StringComparison.Ordinal) ? "css" : "javascript")}; charset=utf-8");
    }

    /// <summary>A page that says that something is not there.</summary>
    public static Task Missing(HttpContext context, string text) => Answers.Bytes(
        context, PageFrame.Message("Not found", text), Html, StatusCodes.Status404NotFound);

    /// <summary>The page of a host as it was written since it was judged last; null where it was not.</summary>
    private byte[]? KeptOf(JudgedHost host) =>
        _kept.TryGetValue(host.Name, out (DateTimeOffset JudgedAt, byte[] Page) kept) && kept.JudgedAt == host.JudgedAt
            ? kept.Page
            : null;

    /// <summary>Writes the page of a host; null where nothing of it is in the store any more.</summary>
    private byte[]? Written(JudgedHost host)
    {
        if (judge.Diagnose(host.Name) is not { } report)
        {
            return null;
        }

        byte[] page = HostPage.Write(
            host.Summary.Label, report, inbox.List(host.Name, MostDeliveries), fleet.Latest.Revision);
        Keep(host.Name, (host.JudgedAt, page));
        return page;
    }

    private void Keep(string name, (DateTimeOffset JudgedAt, byte[] Page) page)
    {
        if (_kept.Count >= MostKept && !_kept.ContainsKey(name))
        {
            _kept.Clear();
        }

        _kept[name] = page;
    }
}
