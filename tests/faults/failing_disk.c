/* A disk that fails at its N-th write below a folder, put before the C library (LD_PRELOAD) by test_failing_disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long met = 0, first = -1;
static int code = 0, stays = 0;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* From here on the at-th write below a folder fails; all later ones too where `for_good`. */
void fail_at(const char *below, long at, int error, int for_good) {
    strncpy(folder, below, sizeof folder - 1);
    met = 0, first = at, code = error, stays = for_good;
}

long writes_met(void) { return met; }

static int due(const char *path) {
    if (first < 0 || strncmp(path, folder, strlen(folder)) != 0) return 0;
    pthread_mutex_lock(&lock);
    long n = ++met;
    pthread_mutex_unlock(&lock);
    if (n != first && !(stays && n > first)) return 0;
    errno = code;
    return 1;
}

static int due_at(int fd) {
    if (first < 0) return 0;
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return due(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) { return due_at(fd) ? -1 : REAL(write)(fd, data, size); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return due_at(fd) ? -1 : REAL(pwrite)(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return due_at(fd) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return due_at(fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return due_at(fd) ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { return due_at(fd) ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return due_at(fd) ? -1 : REAL(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { return due(to) ? -1 : REAL(rename)(from, to); }
