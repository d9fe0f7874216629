using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Leakstat.Tests.Architecture;

/// <summary>One folder's use of another.</summary>
/// <param name="From">Namespace of the user.</param>
/// <param name="To">Namespace of what is used.</param>
/// <param name="Example">One pair of types: <c>A -> B</c>.</param>
internal sealed record FolderUse(string From, string To, string Example);

/// <summary>
/// Which namespaces of an assembly use which others, by the types in base types, fields, signatures, local variables,
/// attributes and instructions. Constants are copied by the compiler and leave no trace.
/// </summary>
internal sealed class TypeUses : ISignatureTypeProvider<bool, string>
{
    private readonly MetadataReader _metadata;
    private readonly Dictionary<(string From, string To), string> _uses = [];
    private string _user = "";
    private string _folder = "";

    private TypeUses(MetadataReader metadata) => _metadata = metadata;

    /// <summary>Uses between namespaces of leakstat, and the namespaces that the assembly has types in.</summary>
    public static (ImmutableArray<FolderUse> Uses, ImmutableArray<string> Folders) Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var uses = new TypeUses(file.GetMetadataReader());
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinitionHandle handle in uses._metadata.TypeDefinitions)
        {
            (uses._folder, uses._user) = uses.Place(handle);
            if (IsOurs(uses._folder))
            {
                folders.Add(uses._folder);
                uses.AddType(uses._metadata.GetTypeDefinition(handle), file);
            }
        }

        return ([.. uses._uses.Select(u => new FolderUse(u.Key.From, u.Key.To, u.Value))], [.. folders]);
    }

    private static bool IsOurs(string name) => name == "Leakstat" || name.StartsWith("Leakstat.", StringComparison.Ordinal);

    private void AddType(TypeDefinition type, PEReader file)
    {
        Add(type.BaseType);
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
        {
            Add(_metadata.GetInterfaceImplementation(implemented).Interface);
        }

        foreach (GenericParameterHandle parameter in type.GetGenericParameters())
        {
            AddConstraints(parameter);
        }

        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            _metadata.GetFieldDefinition(field).DecodeSignature(this, "");
        }

        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            AddMethod(_metadata.GetMethodDefinition(method), file);
        }
    }

    private void AddMethod(MethodDefinition method, PEReader file)
    {
        method.DecodeSignature(this, "");
        foreach (GenericParameterHandle parameter in method.GetGenericParameters())
        {
            AddConstraints(parameter);
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, "");
        }

        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            Add(region.CatchType);
        }

        foreach (EntityHandle token in MethodBodyTokens.Of(body))
        {
            Add(token);
        }
    }

    private void AddConstraints(GenericParameterHandle parameter)
    {
        foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
        {
            Add(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    /// <summary>Notes what a token names: a type, or the type that a member belongs to and the types of its signature.</summary>
    private void Add(EntityHandle token)
    {
        switch (token.IsNil ? default : token.Kind)
        {
            case HandleKind.TypeDefinition:
                Note(Place((TypeDefinitionHandle)token));
                break;
            case HandleKind.TypeReference:
                Note(Place((TypeReferenceHandle)token));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)token).DecodeSignature(this, "");
                break;
            case HandleKind.MethodDefinition:
                Note(Place(_metadata.GetMethodDefinition((MethodDefinitionHandle)token).GetDeclaringType()));
                break;
            case HandleKind.FieldDefinition:
                Note(Place(_metadata.GetFieldDefinition((FieldDefinitionHandle)token).GetDeclaringType()));
                break;
            case HandleKind.MemberReference:
                Add(_metadata.GetMemberReference((MemberReferenceHandle)token).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _metadata.GetMethodSpecification((MethodSpecificationHandle)token);
                Add(method.Method);
                method.DecodeSignature(this, "");
                break;
            default:
                break;
        }
    }

    private void Note((string Folder, string Type) used)
    {
        if (IsOurs(used.Folder) && used.Folder != _folder)
        {
            _uses.TryAdd((_folder, used.Folder), $"{_user} -> {used.Type}");
        }
    }

    /// <summary>Namespace and name of the type, or of the type that it is nested in.</summary>
    private (string Folder, string Type) Place(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        while (type.GetDeclaringType() is { IsNil: false } outer)
        {
            type = _metadata.GetTypeDefinition(outer);
        }

        return (_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    private (string Folder, string Type) Place(TypeReferenceHandle handle)
    {
        TypeReference type = _metadata.GetTypeReference(handle);
        while (!type.ResolutionScope.IsNil && type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = _metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        return (_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    bool ISignatureTypeProvider<bool, string>.GetGenericMethodParameter(string genericContext, int index) => true;

    bool ISignatureTypeProvider<bool, string>.GetGenericTypeParameter(string genericContext, int index) => true;

    bool ISignatureTypeProvider<bool, string>.GetFunctionPointerType(MethodSignature<bool> signature) => true;

    bool ISignatureTypeProvider<bool, string>.GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

    bool ISignatureTypeProvider<bool, string>.GetPinnedType(bool elementType) => true;

    bool ISignatureTypeProvider<bool, string>.GetTypeFromSpecification(
        MetadataReader reader, string genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }

    bool ISimpleTypeProvider<bool>.GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

    bool ISimpleTypeProvider<bool>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }

    bool ISimpleTypeProvider<bool>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }

    bool ISZArrayTypeProvider<bool>.GetSZArrayType(bool elementType) => true;

    bool IConstructedTypeProvider<bool>.GetArrayType(bool elementType, ArrayShape shape) => true;

    bool IConstructedTypeProvider<bool>.GetByReferenceType(bool elementType) => true;

    bool IConstructedTypeProvider<bool>.GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

    bool IConstructedTypeProvider<bool>.GetPointerType(bool elementType) => true;
}
