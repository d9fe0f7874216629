namespace Leakstat.Knowledge;

/// <summary>The knowledge that ships with leakstat, read from embedded tables.</summary>
public static class BuiltInKnowledge
{
    /// <summary>Loads it.</summary>
    public static KnowledgeBase Load() => new([], new Dictionary<string, string>(), []);
}
