/*
 * Lets one call that changes files fail: the FAULT_AT-th one below FAULT_FOLDER, with the error FAULT_ERROR; with
 * FAULT_ERROR=0 a write takes half of its bytes and succeeds. Every call is noted in FAULT_LOG, so that a run without
 * a fault tells how many there are. Loaded into the program by LD_PRELOAD: no file is written but by these.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

#define NEXT(type, name, ...)                                                                                         \
    static type (*next)(__VA_ARGS__);                                                                                 \
    if (next == NULL)                                                                                                 \
        next = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* Whether this call is to fail; sets errno where it is by an error. */
static int hit(const char *name, int takes_half)
{
    static ssize_t (*write_next)(int, const void *, size_t);
    const char *at = getenv("FAULT_AT"), *log = getenv("FAULT_LOG"), *error = getenv("FAULT_ERROR");
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (log != NULL) {
        int saved = errno;
        char line[64];
        int length = snprintf(line, sizeof line, "%ld %s\n", number, name);
        static int (*open_next)(const char *, int, ...);
        if (open_next == NULL)
            open_next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
        if (write_next == NULL)
            write_next = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
        int file = open_next(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (file >= 0) {
            (void)!write_next(file, line, (size_t)length);
            close(file);
        }
        errno = saved;
    }
    if (at == NULL || number != atol(at))
        return 0;
    int wanted = error == NULL ? EIO : atoi(error);
    if (wanted == 0 && !takes_half)
        return 0;
    errno = wanted;
    return 1;
}

static int below(const char *path)
{
    const char *folder = getenv("FAULT_FOLDER");
    return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int ours(int file)
{
    char link[64], path[4096];
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    /* The memory that processes of one database share is no file of the disk. */
    return below(path) && strstr(path, "-shm") == NULL;
}

#define WRITES(name, offset_type, offset_argument, offset_name)                                                       \
    ssize_t name(int file, const void *bytes, size_t count offset_argument)                                           \
    {                                                                                                                 \
        NEXT(ssize_t, #name, int, const void *, size_t offset_type);                                                  \
        if (ours(file) && hit(#name, count > 1)) {                                                                    \
            if (errno != 0)                                                                                           \
                return -1;                                                                                            \
            count /= 2;                                                                                               \
        }                                                                                                             \
        return next(file, bytes, count offset_name);                                                                  \
    }
#define COMMA ,
WRITES(write, , , )
WRITES(pwrite, COMMA off_t, COMMA off_t offset, COMMA offset)
WRITES(pwrite64, COMMA off64_t, COMMA off64_t offset, COMMA offset)

#define VECTORS(name, offset_type, offset_argument, offset_name)                                                      \
    ssize_t name(int file, const struct iovec *parts, int count offset_argument)                                      \
    {                                                                                                                 \
        NEXT(ssize_t, #name, int, const struct iovec *, int offset_type);                                             \
        if (ours(file) && hit(#name, count > 1)) {                                                                    \
            if (errno != 0)                                                                                           \
                return -1;                                                                                            \
            count /= 2;                                                                                               \
        }                                                                                                             \
        return next(file, parts, count offset_name);                                                                  \
    }
VECTORS(writev, , , )
VECTORS(pwritev, COMMA off_t, COMMA off_t offset, COMMA offset)
VECTORS(pwritev64, COMMA off64_t, COMMA off64_t offset, COMMA offset)

#define OF_FILE(name, more_type, more_argument, more_name)                                                            \
    int name(int file more_argument)                                                                                  \
    {                                                                                                                 \
        NEXT(int, #name, int more_type);                                                                              \
        return ours(file) && hit(#name, 0) ? -1 : next(file more_name);                                               \
    }
OF_FILE(fsync, , , )
OF_FILE(fdatasync, , , )
OF_FILE(ftruncate, COMMA off_t, COMMA off_t length, COMMA length)
OF_FILE(ftruncate64, COMMA off64_t, COMMA off64_t length, COMMA length)

#define OF_NAMES(name)                                                                                                \
    int name(const char *from, const char *to)                                                                        \
    {                                                                                                                 \
        NEXT(int, #name, const char *, const char *);                                                                 \
        return below(to) && hit(#name, 0) ? -1 : next(from, to);                                                      \
    }
OF_NAMES(rename)
OF_NAMES(link)

int mkdir(const char *path, mode_t mode)
{
    NEXT(int, "mkdir", const char *, mode_t);
    return below(path) && hit("mkdir", 0) ? -1 : next(path, mode);
}

/* A library of that name is not there. */
void *dlopen(const char *name, int flags)
{
    NEXT(void *, "dlopen", const char *, int);
    const char *missing = getenv("FAULT_LIBRARY");
    /* One that is not there in its place, so that dlerror(3) has something to say, as where it is missing. */
    return next(missing != NULL && name != NULL && strstr(name, missing) != NULL ? "/nowhere/of-this-name" : name, flags);
}

#define OPENS(name)                                                                                                   \
    int name(const char *path, int flags, ...)                                                                        \
    {                                                                                                                 \
        NEXT(int, #name, const char *, int, ...);                                                                     \
        va_list more;                                                                                                 \
        va_start(more, flags);                                                                                        \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;                                                     \
        va_end(more);                                                                                                 \
        /* What is there is opened; a new one needs room. */                                                          \
        if ((flags & O_CREAT) && below(path) && strstr(path, "-shm") == NULL && access(path, F_OK) != 0               \
            && hit(#name, 0))                                                                                         \
            return -1;                                                                                                \
        return next(path, flags, mode);                                                                               \
    }
OPENS(open)
OPENS(open64)
