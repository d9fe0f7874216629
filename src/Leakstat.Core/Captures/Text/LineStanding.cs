namespace Leakstat.Captures.Text;

/// <summary>Whose a line of an output is that was found in a text among words of people.</summary>
public enum LineStanding
{
    /// <summary>The output's: what the command printed, or the log holds.</summary>
    Own,

    /// <summary>A row that somebody quotes or speaks of: it need not be of this host.</summary>
    Quoted,

    /// <summary>A sentence, and no row at all.</summary>
    Prose,
}
