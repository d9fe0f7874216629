using System.Net.Http.Headers;
using System.Text;

namespace Leakstat.Engines.Http;

/// <summary>
/// Where an engine is reached: an <c>http</c> or <c>https</c> address with the path that stands before
/// <c>/api/v1/…</c>. A name and password in it are sent as basic authentication and never shown.
/// </summary>
public sealed class EngineAddress
{
    private readonly Uri _base;

    private EngineAddress(Uri address, AuthenticationHeaderValue? authorization)
    {
        _base = address;
        Authorization = authorization;
    }

    /// <summary>What is sent as <c>Authorization</c>; null where nothing is.</summary>
    public AuthenticationHeaderValue? Authorization { get; }

    /// <summary>The address of one of its resources.</summary>
    /// <param name="path">Path behind its own, without a slash in front: <c>api/v1/export</c>.</param>
    /// <param name="query">Query, encoded; empty for none.</param>
    public Uri At(string path, string query = "") =>
        new UriBuilder(_base) { Path = $"{_base.AbsolutePath.TrimEnd('/')}/{path}", Query = query }.Uri;

    /// <summary>The address as it was given, without credentials.</summary>
    public Uri WholeAddress => _base;

    /// <summary>Where samples are written to: the path that was given, or the usual one where none was.</summary>
    public Uri WriteAddress => _base.AbsolutePath == "/" ? At("api/v1/write", _base.Query) : _base;

    /// <summary>Reads an address; null where it is none.</summary>
    /// <param name="text">The address as a user wrote it.</param>
    /// <param name="token">A bearer token to send; null for none.</param>
    public static EngineAddress? Parse(string text, string? token = null)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
            || uri.Host.Length == 0)
        {
            return null;
        }

        AuthenticationHeaderValue? authorization = token is { Length: > 0 }
            ? new AuthenticationHeaderValue("Bearer", token)
            : uri.UserInfo.Length == 0
                ? null
                : new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo))));
        return new EngineAddress(
            new UriBuilder(uri) { UserName = "", Password = "", Fragment = "" }.Uri, authorization);
    }

    /// <summary>The address without credentials.</summary>
    public override string ToString() => _base.AbsoluteUri.TrimEnd('/');
}
