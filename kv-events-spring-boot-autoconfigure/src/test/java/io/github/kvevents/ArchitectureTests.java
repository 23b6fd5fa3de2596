package io.github.kvevents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.util.CustomizableThreadCreator;

import io.github.kvevents.support.DaemonThreads;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The walls between the packages.
 */
@AnalyzeClasses(packages = "io.github.kvevents",
		importOptions = { DoNotIncludeTests.class, ArchitectureTests.DoNotIncludeTestJars.class })
class ArchitectureTests {

	private static final String ROOT = "io.github.kvevents";

	private static final String[] BOOT = { ROOT + ".autoconfigure..", ROOT + ".actuate.." };

	private static final String[] REDIS = { ROOT + ".redis..", ROOT + ".autoconfigure.." };

	private static final int MOST_TYPES = 60;

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

	/**
	 * The rows of the table in docs/architecture.md: a package, and the others that it
	 * may use.
	 */
	private static Map<String, Set<String>> documented() {
		Map<String, Set<String>> rows = new TreeMap<>();
		for (String line : page().lines().toList()) {
			String[] cells = line.split("\\|");
			if (cells.length == 4 && cells[1].strip().startsWith("`")) {
				rows.put(names(cells[1]).iterator().next(), names(cells[3]));
			}
		}
		return rows;
	}

	private static String page() {
		try {
			return Files.readString(Path.of("..", "docs", "architecture.md"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Set<String> names(String cell) {
		Set<String> names = new TreeSet<>();
		CODE.matcher(cell).results().forEach((code) -> names.add(code.group(1)));
		return names;
	}

	/**
	 * The packages that there are, and the others that each uses. All may use the root.
	 */
	private static Map<String, Set<String>> used(JavaClasses classes) {
		Map<String, Set<String>> used = new TreeMap<>();
		for (JavaClass type : classes) {
			String name = name(type);
			if (!name.isEmpty()) {
				Set<String> others = used.computeIfAbsent(name, (unused) -> new TreeSet<>());
				for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
					JavaClass target = dependency.getTargetClass().getBaseComponentType();
					if (target.getPackageName().startsWith(ROOT)) {
						others.add(name(target));
					}
				}
				others.removeAll(Set.of("", name));
			}
		}
		return used;
	}

	private static String name(JavaClass type) {
		return type.getPackageName().equals(ROOT) ? "" : type.getPackageName().substring(ROOT.length() + 1);
	}

	@ArchTest
	static void packagesUseOnlyWhatIsDocumented(JavaClasses classes) {
		assertThat(used(classes)).as("the table in docs/architecture.md").isEqualTo(documented());
	}

	@ArchTest
	static void packagesStaySmall(JavaClasses classes) {
		Map<String, Long> types = classes.stream()
			.filter((type) -> !type.isNestedClass() && !type.getSimpleName().equals("package-info"))
			.collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
		assertThat(types.values()).as(types::toString).allMatch((count) -> count <= MOST_TYPES);
	}

	@ArchTest
	static final ArchRule rootUsesNoOtherPackageOfOurs = noClasses().that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".*..");

	@ArchTest
	static final ArchRule bootIsUsedOnlyByItsOwnPackages = noClasses().that()
		.resideOutsideOfPackages(BOOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule nothingUsesTheBootPackages = noClasses().that()
		.resideOutsideOfPackages(BOOT)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(BOOT);

	@ArchTest
	static final ArchRule redisIsUsedOnlyWhereItBelongs = noClasses().that()
		.resideOutsideOfPackages(REDIS)
		.should()
		.dependOnClassesThat(
				resideInAnyPackage("org.springframework.data.redis..", "io.lettuce..", "redis.clients.jedis.."));

	@ArchTest
	static final ArchRule jacksonIsUsedOnlyByTheCodecAndItsConfiguration = noClasses().that()
		.resideOutsideOfPackages(ROOT + ".core", ROOT + ".autoconfigure")
		.should()
		.dependOnClassesThat(resideInAnyPackage("tools.jackson.."));

	@ArchTest
	static final ArchRule postProcessorsAreMadeEarlyAndAlone = methods().that()
		.areAnnotatedWith(Bean.class)
		.and()
		.haveRawReturnType(DescribedPredicate.describe("a bean post-processor",
				(type) -> type.isAssignableTo(BeanPostProcessor.class)))
		.should(beStatic())
		.andShould(takeOnlyObjectProviders());

	@ArchTest
	static final ArchRule threadsAreMadeWhereTheyInheritNothing = noClasses().that()
		.doNotBelongToAnyOf(DaemonThreads.class)
		.should()
		.callConstructorWhere(target(owner(assignableTo(Thread.class))))
		.orShould()
		.dependOnClassesThat()
		.areAssignableTo(CustomizableThreadCreator.class);

	@ArchTest
	static final ArchRule packagesAreNullMarked = classes().should(resideInANullMarkedPackage());

	private static ArchCondition<JavaMethod> beStatic() {
		return condition("be static", (method) -> method.getModifiers().contains(JavaModifier.STATIC));
	}

	private static ArchCondition<JavaMethod> takeOnlyObjectProviders() {
		return condition("take only ObjectProviders", (method) -> {
			List<JavaClass> types = method.getRawParameterTypes();
			return types.stream().allMatch((type) -> type.isEquivalentTo(ObjectProvider.class));
		});
	}

	private static ArchCondition<JavaMethod> condition(String description, Predicate<JavaMethod> predicate) {
		return new ArchCondition<>(description) {

			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				boolean satisfied = predicate.test(method);
				events
					.add(new SimpleConditionEvent(method, satisfied, method.getFullName() + " should " + description));
			}

		};
	}

	private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
		return new ArchCondition<>("reside in a package whose package-info is @NullMarked") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				JavaPackage javaPackage = type.getPackage();
				boolean marked = javaPackage.tryGetPackageInfo()
					.map((info) -> info.isAnnotatedWith(NullMarked.class))
					.orElse(false);
				events.add(new SimpleConditionEvent(type, marked,
						javaPackage.getName() + (marked ? " is" : " is not") + " @NullMarked"));
			}

		};
	}

	/**
	 * Tests of the library come here in a jar.
	 */
	static final class DoNotIncludeTestJars implements ImportOption {

		@Override
		public boolean includes(Location location) {
			return !location.contains("-tests.jar");
		}

	}

}
