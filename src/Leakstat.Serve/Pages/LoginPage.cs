namespace Leakstat.Serve.Pages;

/// <summary>Asks for the token.</summary>
internal static class LoginPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="next">Where to go then; a path of this server.</param>
    /// <param name="isWrong">Whether a token was wrong just now.</param>
    public static byte[] Write(string next, bool isWrong) => PageFrame.Write("Log in", html =>
        html.Markup("<header>\n<h1>Log in</h1>\n</header>\n<main id=\"content\">\n")
            .Markup(isWrong ? "<p role=\"alert\">That is not the token.</p>\n" : "")
            .Markup("<form class=\"login\" method=\"post\" action=\"/login\"><label for=\"token\">Token</label>")
            .Markup("<input type=\"password\" id=\"token\" name=\"token\" autocomplete=\"current-password\" required>")
            .Markup("<input type=\"hidden\" name=\"next\" value=\"").Text(next)
            .Markup("\"><button type=\"submit\">Log in</button></form>\n")
            .Markup("<p class=\"muted\">The server prints it when it starts, or has it in the file that its settings ")
            .Markup("name.</p>\n"));
}
