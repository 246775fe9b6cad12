#include <cuda_runtime.h>

__global__ void count(int *sacks) {
  atomicAdd(sacks, threadIdx.x);
}
