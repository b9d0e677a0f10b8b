// The arena: every size aligned and its own, slots reused, blocks returned, figures that agree with the classes, and
// all of it from several threads.
#include "store/core/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace larder::store {
namespace {

struct Piece {
  char* memory;
  size_t size;
  char fill;

  void write() const { std::memset(memory, fill, size); }
  bool intact() const {
    for (size_t i = 0; i < size; ++i) {
      if (memory[i] != fill) return false;
    }
    return true;
  }
};

Piece take(Arena& arena, size_t size, char fill) {
  const Piece piece{static_cast<char*>(arena.allocate(size)), size, fill};
  piece.write();
  return piece;
}

TEST(Arena, ChargedIsNeverLessThanAskedFor) {
  for (size_t size = 1; size < 5000; ++size) {
    EXPECT_GE(Arena::charged(size), size);
    EXPECT_LE(Arena::charged(size), size + 32);
    EXPECT_GE(Arena::charged(size + 1), Arena::charged(size));
  }
  EXPECT_EQ(Arena::charged(1), 8u);
  EXPECT_EQ(Arena::charged(56), 56u);
  EXPECT_EQ(Arena::charged(257), 272u);
  EXPECT_EQ(Arena::charged(512), 512u);
}

TEST(Arena, EverySizeIsAlignedAndItsOwn) {
  BlockPool pool;
  Arena arena(pool);
  std::vector<Piece> pieces;
  for (size_t size = 1; size < 700; ++size) pieces.push_back(take(arena, size, static_cast<char>(size)));
  for (const Piece& piece : pieces) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(piece.memory) % 8, 0u);
    EXPECT_TRUE(piece.intact()) << piece.size;
  }
  for (const Piece& piece : pieces) arena.free(piece.memory, piece.size);
}

// A value that is overwritten in place may take all that its class leaves for use, whatever was asked for at first.
TEST(Arena, AnAllocationHoldsEverySizeOfItsClass) {
  BlockPool pool;
  Arena arena(pool);
  for (size_t size = 1; size < 1500; ++size) {
    size_t largest = size;
    while (Arena::charged(largest + 1) == Arena::charged(size)) ++largest;
    void* memory = arena.allocate(size);
    std::memset(memory, 'x', largest);
    arena.free(memory, largest);
  }
}

TEST(Arena, FreedSlotsAreReused) {
  BlockPool pool;
  Arena arena(pool);
  void* first = arena.allocate(56);
  arena.free(first, 56);
  EXPECT_EQ(arena.allocate(50), first);
  arena.free(first, 50);
}

TEST(Arena, ReturnsEmptyBlocksButOneForEachClass) {
  BlockPool pool;
  Arena arena(pool);
  std::vector<void*> slots;
  for (int i = 0; i < 2000; ++i) slots.push_back(arena.allocate(64));  // eight blocks
  for (void* slot : slots) arena.free(slot, 64);
  EXPECT_EQ(pool.release_unused(), 7 * BlockPool::kBlockBytes);
  arena.trim();
  EXPECT_EQ(pool.release_unused(), BlockPool::kBlockBytes);  // the pages of the others are gone already
  EXPECT_EQ(pool.release_unused(), 0u);
  EXPECT_EQ(pool.figures().mapped, 1024u * 1024);
  EXPECT_EQ(pool.figures().active, 0u);
}

TEST(BlockPool, KeepsWhatItIsToldToAndTakesResidentBlocksFirst) {
  constexpr size_t kBlock = BlockPool::kBlockBytes;
  BlockPool pool;
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(pool.take());
  EXPECT_EQ(pool.figures().active, 100 * kBlock);
  for (void* block : blocks) pool.give_back(block);
  EXPECT_EQ(pool.unused_resident_bytes(), 100 * kBlock);
  EXPECT_EQ(pool.release_unused(30 * kBlock), 70 * kBlock);
  EXPECT_EQ(pool.figures().unused_resident, 30 * kBlock);
  EXPECT_EQ(pool.release_unused(30 * kBlock), 0u);
  EXPECT_EQ(pool.take(), blocks.back());
  EXPECT_EQ(pool.unused_resident_bytes(), 29 * kBlock);
  for (int i = 0; i < 99; ++i) pool.take();
  EXPECT_EQ(pool.figures().active, 100 * kBlock);
  EXPECT_EQ(pool.figures().mapped, 2u * 1024 * 1024);  // dropped blocks were taken before fresh ones
}

TEST(Arena, BlocksGoFromOneClassAndArenaToAnother) {
  BlockPool pool;
  Arena first(pool), second(pool);
  for (int round = 0; round < 50; ++round) {
    Arena& arena = round % 2 == 0 ? first : second;
    const size_t size = 8 + 8 * static_cast<size_t>(round);
    std::vector<void*> slots;
    for (size_t bytes = 0; bytes < 900'000; bytes += Arena::charged(size)) slots.push_back(arena.allocate(size));
    for (void* slot : slots) arena.free(slot, size);
    arena.trim();
  }
  EXPECT_EQ(pool.figures().mapped, 1024u * 1024);
}

TEST(Arena, RandomUseKeepsEveryPiece) {
  BlockPool pool;
  Arena arena(pool);
  std::mt19937_64 random(1);
  std::vector<Piece> pieces;
  for (int i = 0; i < 30'000; ++i) {
    if (pieces.empty() || random() % 100 < 52) {
      const size_t size = random() % 20 == 0 ? 1 + random() % 4000 : 1 + random() % 512;
      pieces.push_back(take(arena, size, static_cast<char>(i)));
    } else {
      std::swap(pieces[random() % pieces.size()], pieces.back());
      ASSERT_TRUE(pieces.back().intact());
      arena.free(pieces.back().memory, pieces.back().size);
      pieces.pop_back();
    }
    if (i % 5000 == 0) arena.trim();
  }
  for (const Piece& piece : pieces) {
    ASSERT_TRUE(piece.intact());
    arena.free(piece.memory, piece.size);
  }
  arena.trim();
}

TEST(Arena, IsSharedByThreads) {
  BlockPool pool;
  Arena arena(pool);
  const auto work = [&arena](unsigned seed) {
    std::mt19937_64 random(seed);
    std::vector<Piece> pieces;
    for (int i = 0; i < 4000; ++i) {
      if (pieces.size() < 200 && random() % 2 == 0) {
        pieces.push_back(take(arena, 1 + random() % 300, static_cast<char>(seed * 31 + static_cast<unsigned>(i))));
      } else if (!pieces.empty()) {
        EXPECT_TRUE(pieces.back().intact());
        arena.free(pieces.back().memory, pieces.back().size);
        pieces.pop_back();
      }
      if (i % 1000 == 0) arena.trim();
    }
    for (const Piece& piece : pieces) arena.free(piece.memory, piece.size);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace larder::store
