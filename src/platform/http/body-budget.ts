/** Small bodies are always taken: heartbeats must get through while somebody floods the server with large ones. */
const FREE_BYTES = 64 * 1024;

/** How much all large bodies together may hold, from their arrival to the end of their answers. */
export class BodyBudget {
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** The part of one request, whose bytes count from `grow` until `release`. */
  open(): BodyShare {
    let length = 0;
    let counted = 0;
    return {
      grow: (bytes) => {
        length += bytes;
        const more = Math.max(0, length - FREE_BYTES) - counted;
        if (this.held + more > this.maxBytes) return false;
        counted += more;
        this.held += more;
        return true;
      },
      release: () => {
        this.held -= counted;
        counted = 0;
      },
    };
  }
}

export interface BodyShare {
  /** False when there is no room for so many more bytes. */
  grow: (bytes: number) => boolean;
  release: () => void;
}
