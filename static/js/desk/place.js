/* Where one stands in a lane. The server says so with each job; in between it is counted here. */

const MOST_COUNTED = 999;

export class Place {
  /**
   * @param {number} place of the job in its lane, from 1
   * @param {number} left how many lie in the lane
   * @param {boolean} isInLane whether the job itself does
   */
  constructor(place, left, isInLane) {
    this.place = place;
    this.left = left;
    this.isInLane = isInLane;
  }

  /** @returns {Place} after the job was taken out of the lane, at the one that follows */
  afterJudging() {
    return new Place(this.place, Math.max(0, this.left - (this.isInLane ? 1 : 0)), true);
  }

  /** @returns {Place} at the one that follows, when the job stays where it is */
  afterSkipping() {
    return new Place(this.place + (this.isInLane ? 1 : 0), this.left, true);
  }

  get words() {
    const left = this.left > MOST_COUNTED ? `${MOST_COUNTED}+` : String(this.left);
    return this.isInLane ? `${this.place} of ${left} left` : `No longer in this lane · ${left} left`;
  }
}
