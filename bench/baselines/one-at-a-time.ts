/**
 * Loaded before a service, this makes it send each item by itself: one row, one call. What batches are held against.
 */
import { Batcher } from '#platform/batcher.ts';

Batcher.together = false;
