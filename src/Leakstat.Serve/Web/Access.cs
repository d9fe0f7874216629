using Leakstat.Serve.Settings;

namespace Leakstat.Serve.Web;

/// <summary>
/// Who may what. Pages, the API and metrics need the reader's token (or a session that began with it); pushing needs
/// the token of a host and nothing else will do. Requests that another site has a browser make are refused.
/// </summary>
internal sealed class Access(AccessKeys keys, Sessions sessions, FailureLimit failures)
{
    private const string Bearer = "Bearer ";

    /// <summary>The host whose token a push carries; null where it was refused, and answered.</summary>
    public async Task<string?> HostOf(HttpContext context)
    {
        if (TokenOf(context) is { } token && keys.Hosts.OwnerOf(token) is { } host)
        {
            // Whoever has it did not guess it: many hosts stand behind one address, and one with an old token is none
            // of the others' fault.
            return host;
        }

        await Refuse(context, "a push needs the token of its host: Authorization: Bearer TOKEN").ConfigureAwait(false);
        return null;
    }

    /// <summary>Lets a reader through, or answers.</summary>
    public async Task<bool> IsReader(HttpContext context)
    {
        if (IsForeign(context))
        {
            await Answers.Refuse(
                context, StatusCodes.Status403Forbidden, "cross_site", "another site may not ask this")
                .ConfigureAwait(false);
            return false;
        }

        if (keys.IsOpen || sessions.Has(context))
        {
            return true;
        }

        if (TokenOf(context) is { } token)
        {
            if (keys.Reader.OwnerOf(token) is not null)
            {
                return true;
            }
        }
        else if (WantsPage(context))
        {
            string next = Uri.EscapeDataString(context.Request.Path + context.Request.QueryString);
            context.Response.Redirect($"/login?next={next}");
            return false;
        }

        await Refuse(context, "this needs the token: Authorization: Bearer TOKEN").ConfigureAwait(false);
        return false;
    }

    /// <summary>Takes a token that was typed or followed as a link; begins a session where it is right.</summary>
    public async Task<bool> LogIn(HttpContext context, string token)
    {
        if (failures.IsBlocked(context.Connection.RemoteIpAddress))
        {
            await TooMany(context).ConfigureAwait(false);
            return false;
        }

        if (keys.Reader.OwnerOf(token) is null)
        {
            failures.Count(context.Connection.RemoteIpAddress);
            return false;
        }

        sessions.Begin(context);
        return true;
    }

    /// <summary>Whether a browser asks for another site, and it is not a person following a link.</summary>
    public static bool IsForeign(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        string site = headers["Sec-Fetch-Site"].ToString();
        bool isLink = headers["Sec-Fetch-Mode"] == "navigate" && HttpMethods.IsGet(context.Request.Method);
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none") && !isLink;
        }

        // Browsers that do not say the above say where a form or a script comes from.
        string origin = headers.Origin.ToString();
        return origin.Length > 0 && origin != $"{context.Request.Scheme}://{context.Request.Host}";
    }

    private static string? TokenOf(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
    }

    private static bool WantsPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    /// <summary>Answers a request without a right token; a wrong one counts, none at all guesses nothing.</summary>
    private Task Refuse(HttpContext context, string text)
    {
        if (failures.IsBlocked(context.Connection.RemoteIpAddress))
        {
            return TooMany(context);
        }

        if (TokenOf(context) is not null)
        {
            failures.Count(context.Connection.RemoteIpAddress);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"leakstat\"";
        return Answers.Refuse(context, StatusCodes.Status401Unauthorized, "token", text);
    }

    private static Task TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter =
            ((int)FailureLimit.Pause.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Answers.Refuse(
            context, StatusCodes.Status429TooManyRequests, "token_rate", "too many wrong tokens from this address");
    }
}

/// <summary>The tokens that count.</summary>
/// <param name="Reader">The token for pages, the API and metrics.</param>
/// <param name="Hosts">The tokens of hosts that push.</param>
/// <param name="IsOpen">Whether readers need none.</param>
internal sealed record AccessKeys(Tokens Reader, Tokens Hosts, bool IsOpen);
