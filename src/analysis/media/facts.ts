/** What is known about an audio or video file. */
export interface MediaFacts {
  readonly container: string;
  /** Seconds from the first moment to the last; undefined when it is not known. */
  readonly duration: number | undefined;
  readonly streams: readonly MediaStream[];
  readonly tags: MediaTags;
}

export interface MediaStream {
  readonly type: string;
  readonly codec: string | undefined;
  readonly channels?: number | undefined;
  readonly sampleRate?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly framesPerSecond?: number | undefined;
}

export interface MediaTags {
  readonly title?: string | undefined;
  readonly artist?: string | undefined;
  readonly album?: string | undefined;
}
