package io.github.kvevents.store;

/**
 * The checksum that Redis Cluster uses for slots: CRC-16/XMODEM.
 */
final class Crc16 {

	private static final int POLYNOMIAL = 0x1021;

	private static final int[] TABLE = table();

	private Crc16() {
	}

	static int of(byte[] bytes) {
		int crc = 0;
		for (byte unit : bytes) {
			crc = ((crc << 8) ^ TABLE[((crc >>> 8) ^ unit) & 0xff]) & 0xffff;
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
