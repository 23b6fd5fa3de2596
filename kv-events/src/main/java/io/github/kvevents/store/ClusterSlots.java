package io.github.kvevents.store;

/**
 * The slots of Redis Cluster, over which the keys of all nodes are distributed.
 */
public final class ClusterSlots {

	static final int COUNT = 16384;

	private ClusterSlots() {
	}

	/**
	 * The slot of a key in Redis Cluster: CRC16 of its bytes, or of the part between
	 * braces in it, modulo 16384.
	 * @param name the name of the key in Redis
	 * @return the slot, from 0
	 */
	public static int slotOf(byte[] name) {
		return hashOf(name) % COUNT;
	}

	static int hashOf(byte[] name) {
		int open = indexOf(name, '{', 0);
		int close = (open >= 0) ? indexOf(name, '}', open + 1) : -1;
		return (close > open + 1) ? Crc16.of(name, open + 1, close) : Crc16.of(name, 0, name.length);
	}

	private static int indexOf(byte[] name, char unit, int from) {
		for (int index = from; index < name.length; index++) {
			if (name[index] == unit) {
				return index;
			}
		}
		return -1;
	}

	/**
	 * The checksum that Redis Cluster uses for slots: CRC-16/XMODEM.
	 */
	private static final class Crc16 {

		private static final int POLYNOMIAL = 0x1021;

		private static final int[] TABLE = table();

		private Crc16() {
		}

		static int of(byte[] bytes, int from, int to) {
			int crc = 0;
			for (int index = from; index < to; index++) {
				crc = ((crc << 8) ^ TABLE[((crc >>> 8) ^ bytes[index]) & 0xff]) & 0xffff;
			}
			return crc;
		}

		private static int[] table() {
			int[] table = new int[256];
			for (int index = 0; index < table.length; index++) {
				int crc = index << 8;
				for (int bit = 0; bit < 8; bit++) {
					crc = (crc << 1) ^ (((crc & 0x8000) != 0) ? POLYNOMIAL : 0);
				}
				table[index] = crc & 0xffff;
			}
			return table;
		}

	}

}
