/* Energies of a SiLU perceptron on Fourier features, and their gradients by the points.

   E(x) = head . a + bias + precision |x|^2 / 2, where a is the last of z = W a + b, a = silu(z),
   and the first a is [sin xF, cos xF, x]. Rows go through all layers in blocks that stay in the
   cache; a product keeps ROWS x TILE sums in registers and applies the activation there.
   compiled_perceptron.py calls it, hatch_build.py compiles it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LANES = 8, TILE = 2 * LANES, ROWS = 6, BLOCK = 16 * ROWS, LAYERS = 8, PHASES = 8192 };

typedef float vec __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(32), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec all(float v) { return (vec){v, v, v, v, v, v, v, v}; }
INLINE vec *at(float *p) { return (vec *)p; }
INLINE vec get(const float *p) { return *(const vec *)p; }
INLINE vec pick(ivec mask, vec yes, vec no) {
    return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}
INLINE float total(vec v) { return v[0] + v[1] + v[2] + v[3] + v[4] + v[5] + v[6] + v[7]; }
/* The nearest whole number: adding 1.5 * 2^23 leaves no bits for a fraction. */
INLINE vec rounded(vec x) { return (x + 12582912.f) - 12582912.f; }
INLINE int tiled(int width) { return (width + TILE - 1) / TILE * TILE; }

/* exp(x) to 2 ulp: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes, expf). */
INLINE vec exponential(vec x) {
    x = pick(x > all(88), all(88), x);
    x = pick(x < all(-87), all(-87), x);
    vec n = rounded(x * 1.44269504f);
    vec r = x - n * 0.693359375f + n * 2.12194440e-4f;
    vec p = 1.9875691500e-4f * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.f;
    return (vec)((ivec)p + (__builtin_convertvector(n, ivec) << 23));
}

/* sin and cos: polynomials on [-pi / 4, pi / 4] (Cephes, sinf), swapped and negated by quadrant.
   Good to 2 ulp up to PHASES. */
INLINE void sine_cosine(vec x, vec *sine, vec *cosine) {
    vec n = rounded(x * 0.636619772f);
    vec r = x - n * 1.5703125f - n * 4.837512969970703125e-4f - n * 7.54978995489188216e-8f;
    vec q = r * r;
    vec s = ((-1.9515295891e-4f * q + 8.3321608736e-3f) * q - 1.6666654611e-1f) * q * r + r;
    vec c = (2.443315711809948e-5f * q - 1.388731625493765e-3f) * q + 4.166664568298827e-2f;
    c = c * (q * q) - 0.5f * q + 1.f;
    ivec quadrant = __builtin_convertvector(n, ivec), odd = -(quadrant & 1);
    *sine = (vec)((ivec)pick(odd, c, s) ^ ((quadrant & 2) << 30));
    *cosine = (vec)((ivec)pick(odd, s, c) ^ (((quadrant + 1) & 2) << 30));
}

/* A matrix in panels of TILE columns, the last one filled with zeros. */
static void pack(float *to, const float *from, int rows, int columns, int row_step,
                 int column_step) {
    for (int first = 0; first < columns; first += TILE)
        for (int row = 0; row < rows; row++)
            for (int column = first; column < first + TILE; column++)
                *to++ = column < columns ? from[row * row_step + column * column_step] : 0;
}

enum finish { PLAIN, SILU, SILU_AND_SLOPE, TIMES_SLOPE };

/* out = finish(bias + in @ panels) for `rows` rows, filled up to a multiple of ROWS. */
INLINE void product(const float *in, int in_width, int inner, const float *panels,
                    const float *bias, float *out, float *slopes, int out_width, int rows,
                    enum finish finish) {
    for (int column = 0; column < out_width; column += TILE, panels += inner * TILE)
        for (int row = 0; row < rows; row += ROWS) {
            const float *a = in + row * in_width;
            vec sums[ROWS][2];
#pragma GCC unroll 6
            for (int i = 0; i < ROWS; i++) {
                sums[i][0] = bias ? get(bias + column) : all(0);
                sums[i][1] = bias ? get(bias + column + LANES) : all(0);
            }
            for (int k = 0; k < inner; k++) {
                vec left = get(panels + k * TILE), right = get(panels + k * TILE + LANES);
#pragma GCC unroll 6
                for (int i = 0; i < ROWS; i++) {
                    vec one = all(a[i * in_width + k]);
                    sums[i][0] += one * left;
                    sums[i][1] += one * right;
                }
            }
#pragma GCC unroll 12
            for (int i = 0; i < 2 * ROWS; i++) {
                int place = (row + i / 2) * out_width + column + i % 2 * LANES;
                vec z = sums[i / 2][i % 2];
                if (finish == TIMES_SLOPE) z *= get(slopes + place);
                if (finish == SILU || finish == SILU_AND_SLOPE) {
                    vec s = 1.f / (1.f + exponential(-z));
                    z *= s;
                    if (finish == SILU_AND_SLOPE) *at(slopes + place) = s + z * (1.f - s);
                }
                *at(out + place) = z;
            }
        }
}

/* A network whose weights are packed, and a block's memory. */
struct network {
    int inputs, waves, features, layers; /* waves filled up to LANES; features = 2 waves + inputs */
    const int *widths;
    float precision, bias;
    float *frequencies, *head, *forward[LAYERS], *backward[LAYERS], *biases[LAYERS];
    float *values[LAYERS + 1], *slopes[LAYERS];
};

/* Up to BLOCK points. Returns whether a phase was too large. */
static int block(const struct network *net, const float *x, int rows, float *energies,
                 float *gradients) {
    ivec large = {0};
    int inputs = net->inputs, waves = net->waves, last = net->layers - 1;
    int filled = (rows + ROWS - 1) / ROWS * ROWS;
    for (int row = 0; row < filled; row++) {
        float *to = net->values[0] + row * net->features;
        for (int i = 0; i < inputs; i++) to[2 * waves + i] = row < rows ? x[row * inputs + i] : 0;
        for (int wave = 0; wave < waves; wave += LANES) {
            vec phase = all(0);
            for (int i = 0; i < inputs; i++)
                phase += to[2 * waves + i] * get(net->frequencies + i * waves + wave);
            large |= (phase > all(PHASES)) | (phase < all(-PHASES));
            sine_cosine(phase, at(to + wave), at(to + waves + wave));
        }
    }
    int width = net->features, inner = width;
    for (int l = 0; l <= last; l++) {
        int next = tiled(net->widths[l]);
        if (gradients)
            product(net->values[l], width, inner, net->forward[l], net->biases[l],
                    net->values[l + 1], net->slopes[l], next, filled, SILU_AND_SLOPE);
        else
            product(net->values[l], width, inner, net->forward[l], net->biases[l],
                    net->values[l + 1], NULL, next, filled, SILU);
        width = next, inner = net->widths[l];
    }
    for (int row = 0; row < filled; row++) {
        float *a = net->values[last + 1] + row * width, *slope = net->slopes[last] + row * width;
        vec sum = all(0);
        for (int j = 0; j < width; j += LANES) {
            sum += get(net->head + j) * get(a + j);
            if (gradients) *at(a + j) = get(net->head + j) * get(slope + j);
        }
        float squares = 0;
        for (int i = 0; i < inputs; i++) {
            float coordinate = net->values[0][row * net->features + 2 * waves + i];
            squares += coordinate * coordinate;
        }
        if (row < rows) energies[row] = total(sum) + net->bias + net->precision / 2 * squares;
    }
    int failed = 0;
    for (int lane = 0; lane < LANES; lane++) failed |= large[lane];
    if (failed || !gradients) return failed;
    for (int l = last; l > 0; l--)
        product(net->values[l + 1], tiled(net->widths[l]), net->widths[l], net->backward[l], NULL,
                net->values[l], net->slopes[l - 1], tiled(net->widths[l - 1]), filled, TIMES_SLOPE);
    width = tiled(net->features);
    float *by_feature = net->slopes[0];
    product(net->values[1], tiled(net->widths[0]), net->widths[0], net->backward[0], NULL,
            by_feature, NULL, width, filled, PLAIN);
    for (int row = 0; row < rows; row++) {
        const float *sine = net->values[0] + row * net->features, *cosine = sine + waves;
        const float *by_sine = by_feature + row * width, *by_cosine = by_sine + waves;
        for (int i = 0; i < inputs; i++) {
            vec sum = all(0);
            for (int j = 0; j < waves; j += LANES)
                sum += (get(by_sine + j) * get(cosine + j) - get(by_cosine + j) * get(sine + j))
                       * get(net->frequencies + i * waves + j);
            float plain = by_sine[2 * waves + i] + net->precision * x[row * inputs + i];
            gradients[row * inputs + i] = total(sum) + plain;
        }
    }
    return 0;
}

/* Gives each part its place from `memory` on; returns how many floats they take together. */
static size_t lay_out(struct network *net, float *memory) {
    size_t used = 0;
#define PLACE(part, count) ((part) = memory ? memory + used : NULL, used += (size_t)(count))
    int inner = net->features, widest = tiled(net->features);
    for (int l = 0; l < net->layers; l++)
        if (tiled(net->widths[l]) > widest) widest = tiled(net->widths[l]);
    PLACE(net->frequencies, net->inputs * net->waves);
    PLACE(net->values[0], BLOCK * net->features);
    for (int l = 0; l < net->layers; l++) {
        PLACE(net->forward[l], inner * tiled(net->widths[l]));
        PLACE(net->backward[l], net->widths[l] * tiled(inner));
        PLACE(net->biases[l], tiled(net->widths[l]));
        PLACE(net->values[l + 1], BLOCK * tiled(net->widths[l]));
        PLACE(net->slopes[l], BLOCK * widest);
        inner = net->widths[l];
    }
    PLACE(net->head, tiled(inner));
    return used;
#undef PLACE
}

/* Whether this processor has what the file was compiled for. */
int runs_here(void) {
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 1;
#endif
}

/* A call, with its own copy of the weights once it is prepared. */
struct call {
    struct network net;
    int widths[LAYERS], count, failed, ended;
    const float *x;
    float *energies, *gradients, *memory;
    double begun, share;
    pthread_t thread;
};

/* Returns whether memory ran out. */
static int prepare(struct call *call, const float *x, int count, int inputs,
                   const float *frequencies, int waves, int layers, const int *widths,
                   const float *const *parameters, float precision, float *energies,
                   float *gradients) {
    int filled = (waves + LANES - 1) / LANES * LANES;
    *call = (struct call){.count = count, .x = x, .energies = energies, .gradients = gradients};
    for (int l = 0; l < layers; l++) call->widths[l] = widths[l];
    struct network *net = &call->net;
    *net = (struct network){.inputs = inputs, .waves = filled, .features = 2 * filled + inputs,
                            .layers = layers, .widths = call->widths, .precision = precision,
                            .bias = parameters[2 * layers + 1][0]};
    size_t first = (size_t)widths[0] * net->features, size = lay_out(net, NULL);
    float *memory = malloc((size + first) * sizeof *memory), *arranged = memory + size;
    if (!memory) return 1;
    call->memory = memory;
    lay_out(net, memory);
    for (int i = 0; i < inputs; i++)
        for (int j = 0; j < filled; j++)
            net->frequencies[i * filled + j] = j < waves ? frequencies[i * waves + j] : 0;
    /* the first layer's columns are x, sines, cosines; here the filled waves come first */
    for (int row = 0; row < widths[0]; row++) {
        const float *from = parameters[0] + row * (inputs + 2 * waves);
        float *to = arranged + row * net->features;
        for (int j = 0; j < filled; j++) {
            to[j] = j < waves ? from[inputs + j] : 0;
            to[filled + j] = j < waves ? from[inputs + waves + j] : 0;
        }
        for (int i = 0; i < inputs; i++) to[2 * filled + i] = from[i];
    }
    int inner = net->features;
    for (int l = 0; l < layers; l++) {
        const float *weight = l ? parameters[2 * l] : arranged;
        pack(net->forward[l], weight, inner, widths[l], 1, inner);
        if (gradients) pack(net->backward[l], weight, widths[l], inner, inner, 1);
        pack(net->biases[l], parameters[2 * l + 1], 1, widths[l], 0, 1);
        inner = widths[l];
    }
    pack(net->head, parameters[2 * layers], 1, inner, 0, 1);
    return 0;
}

static void compute(struct call *call) {
    int inputs = call->net.inputs, count = call->count;
    float *gradients = call->gradients;
    for (int row = 0; row < count && !call->failed; row += BLOCK)
        call->failed = block(&call->net, call->x + (ptrdiff_t)row * inputs,
                             count - row < BLOCK ? count - row : BLOCK, call->energies + row,
                             gradients ? gradients + (ptrdiff_t)row * inputs : NULL);
    free(call->memory);
}

/* energies: (count,); gradients: (count, inputs) or NULL. parameters: weight and bias of each
   layer, the head last; frequencies: (inputs, waves). All are float32 without gaps. Returns 0 if all
   is well, 1 if memory ran out, 2 if a phase xF was too large. */
int perceptron(const float *x, int count, int inputs, const float *frequencies, int waves,
               int layers, const int *widths, const float *const *parameters, float precision,
               float *energies, float *gradients) {
    struct call call;
    if (prepare(&call, x, count, inputs, frequencies, waves, layers, widths, parameters, precision,
                energies, gradients))
        return 1;
    compute(&call);
    return call.failed ? 2 : 0;
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *go_on(void *given) {
    struct call *call = given;
#ifdef __linux__ /* elsewhere it would be the process that steps back */
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
#endif
    compute(call);
    call->share = seconds(CLOCK_THREAD_CPUTIME_ID) / (seconds(CLOCK_MONOTONIC) - call->begun);
    __atomic_store_n(&call->ended, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* `perceptron` in a thread of its own, behind all others: the weights may change as soon as this
   returns, x and what is filled must stay until perceptron_finish. NULL if there is no room. */
struct call *perceptron_begin(const float *x, int count, int inputs, const float *frequencies,
                              int waves, int layers, const int *widths,
                              const float *const *parameters, float precision, float *energies,
                              float *gradients) {
    struct call *call = malloc(sizeof *call);
    if (!call) return NULL;
    if (prepare(call, x, count, inputs, frequencies, waves, layers, widths, parameters, precision,
                energies, gradients)) {
        free(call);
        return NULL;
    }
    call->begun = seconds(CLOCK_MONOTONIC);
    if (pthread_create(&call->thread, NULL, go_on, call)) {
        free(call->memory);
        free(call);
        return NULL;
    }
    return call;
}

int perceptron_ended(struct call *call) { return __atomic_load_n(&call->ended, __ATOMIC_ACQUIRE); }

/* Waits. The share of the time that the thread had a core; negative if a phase was too large. */
double perceptron_finish(struct call *call) {
    pthread_join(call->thread, NULL);
    double share = call->failed ? -1 : call->share;
    free(call);
    return share;
}
