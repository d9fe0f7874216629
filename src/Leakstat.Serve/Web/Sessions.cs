using System.Security.Cryptography;

namespace Leakstat.Serve.Web;

/// <summary>Browsers that gave the token once and carry a cookie since. In memory: a new start asks again.</summary>
internal sealed class Sessions(TimeProvider clock)
{
    /// <summary>Name of the cookie.</summary>
    public const string Cookie = "leakstat";

    private const int Most = 1000;

    private static readonly TimeSpan s_length = TimeSpan.FromHours(12);

    private readonly Dictionary<string, DateTimeOffset> _ends = [];
    private readonly Lock _lock = new();

    /// <summary>Begins one and sets its cookie.</summary>
    public void Begin(HttpContext context)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            foreach (string old in _ends.Where(e => e.Value < now).Select(e => e.Key).ToArray())
            {
                _ends.Remove(old);
            }

            if (_ends.Count >= Most)
            {
                _ends.Remove(_ends.MinBy(e => e.Value).Key);
            }

            _ends[id] = now + s_length;
        }

        // Lax: a link in a ticket leads to the page; a form or a script of another site carries nothing.
        context.Response.Cookies.Append(Cookie, id, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            Path = "/",
            MaxAge = s_length,
        });
    }

    /// <summary>Whether a request carries one that has not ended.</summary>
    public bool Has(HttpContext context)
    {
        string? id = context.Request.Cookies[Cookie];
        lock (_lock)
        {
            return id is not null && _ends.TryGetValue(id, out DateTimeOffset end) && end > clock.GetUtcNow();
        }
    }

    /// <summary>Ends one.</summary>
    public void End(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is { } id)
        {
            lock (_lock)
            {
                _ends.Remove(id);
            }
        }

        context.Response.Cookies.Delete(Cookie);
    }
}
